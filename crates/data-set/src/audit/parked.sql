-- Purpose: events that the rows are not a fold of: what is parked, and what was given up, in whatever version.
-- Index: parked_event_pk, the projection's range. Why this order: the log's.
select distinct position from control.parked_event
where projection = $1 and shard = $3 and (version = $2 or dropped_at is not null)
order by position
