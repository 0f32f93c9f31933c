-- Purpose: what was given up, in any version. Index: parked_event_pk, the projection's range.
select distinct position from control.parked_event
where projection = $1 and shard = $2 and dropped_at is not null
