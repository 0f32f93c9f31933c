-- Purpose: the position up to which the past can be told: the smaller of two projections. Index: checkpoint_pk.
select least(
    coalesce((select position from published.projections
               where projection = 'social' and state = 'published' and shard = 0), 0),
    coalesce((select position from published.projections
               where projection = 'history' and state = 'published' and shard = 0), 0)
) as position
