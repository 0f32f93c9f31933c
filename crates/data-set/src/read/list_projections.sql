-- Purpose: how far every projection has folded every shard, on the database's own clock.
-- Index: none; the tables hold one row per projection and shard.
-- Why this order: the key, so that the answer to an unchanged state never changes.
select
    projection, version, shard, lineage, position, folded_at, head, seen_at, complete_until, parked_events,
    waiting_events, parked_entities, refusal, state,
    clock_timestamp() as now
from published.projections
order by projection, version, shard
