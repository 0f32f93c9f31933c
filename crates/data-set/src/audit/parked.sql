-- Purpose: events that the rows of a version are not a fold of, although the log does not say so.
-- Index: parked_event_pk, the version's range. Why this order: the log's.
select position from control.parked_event
where projection = $1 and version = $2 and shard = $3 and reason <> 'dropped'
order by position
