-- Purpose: the events behind a sequence, for tails.
-- Index: events_in_order, which gives the order.
select aggregate_id as subject, sequence, recorded_at, payload::text as payload, raw, metadata::text as metadata
from events
where shard = $1 and sequence > $2
order by shard, sequence
limit $3
