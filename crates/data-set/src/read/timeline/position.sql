-- Purpose: the position up to which home timelines reflect the log: the smaller of two projections.
-- Index: checkpoint_pk.
select least(
    coalesce((select position from published.projections
               where projection = 'social' and state = 'published' and shard = 0), 0),
    coalesce((select position from published.projections
               where projection = 'feeds' and state = 'published' and shard = 0), 0)
) as position
