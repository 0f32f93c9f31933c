-- Purpose: who made the events behind a sequence, and what they count against the bound of the log.
-- Index: events_in_order, which gives the order.
select sequence, recorded_at, aggregate_id as subject, metadata ->> 'rookery-actor' as actor,
    (octet_length(aggregate_id) + octet_length(payload::text) + coalesce(octet_length(raw), 0)
        + octet_length(metadata::text))::bigint as bytes
from events
where shard = $1 and sequence > $2
order by shard, sequence
limit $3
