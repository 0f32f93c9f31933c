-- Purpose: the event at a sequence.
-- Index: events_in_order.
select aggregate_id as subject, sequence, recorded_at, payload::text as payload, raw, metadata::text as metadata
from events
where shard = $1 and sequence = $2
