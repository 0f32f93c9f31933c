-- Purpose: a subject's events from a sequence on.
-- Index: events' primary key, which also gives the order of the log.
select aggregate_id as subject, sequence, recorded_at, payload::text as payload, raw, metadata::text as metadata
from events
where aggregate_type = $1 and aggregate_id = $2 and sequence >= $3
order by aggregate_type, aggregate_id, sequence
