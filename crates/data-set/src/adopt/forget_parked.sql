-- Purpose: what was parked or passed over belongs to the old log. Index: parked_event_pk.
delete from control.parked_event where projection = $1 and version = $2 and shard = $3
