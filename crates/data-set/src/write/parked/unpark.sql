-- Purpose: events that are folded now. Index: parked_event_pk.
delete from control.parked_event
where projection = $1 and version = $2 and shard = $3 and position = any($4::bigint[])
