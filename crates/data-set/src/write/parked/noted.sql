-- Purpose: of some events, those that the rows of a version are known not to be a fold of. Index: parked_event_pk.
select position from control.parked_event
where projection = $1 and version = $2 and shard = $3 and position = any($4::bigint[])
