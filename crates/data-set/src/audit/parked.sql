-- Purpose: events that the rows are not a fold of. Index: parked_event_pk, a range of it.
select position from control.parked_event
where projection = $1 and version = $2 and shard = $3
order by position
