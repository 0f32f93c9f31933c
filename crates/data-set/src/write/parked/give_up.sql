-- Purpose: events that will never be folded. Index: parked_event_pk. The row stays, so that a replay passes them over and
-- whoever compares the rows with the log knows.
update control.parked_event set dropped_at = now()
where projection = $1 and version = $2 and shard = $3 and position = any($4::bigint[]) and dropped_at is null
