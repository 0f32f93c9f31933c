-- Purpose: a subject's newest event.
-- Index: events' primary key, backwards.
select aggregate_id as subject, sequence, recorded_at, payload::text as payload, raw, metadata::text as metadata
from events
where aggregate_type = $1 and aggregate_id = $2
order by aggregate_type desc, aggregate_id desc, sequence desc
limit 1
