-- Purpose: the position up to which all projections show what happened. Index: checkpoint_pk.
select min(position) as position from (
    select coalesce((select position from published.projections j
                      where j.projection = k.projection and j.state = 'published' and j.shard = 0), 0) as position
    from (values ('social'), ('feeds'), ('history')) as k (projection)
) k
