-- Purpose: the position after a batch.
insert into control.checkpoint (projection, version, shard, position, lineage)
values ('social', 1, 0, $1, 'test')
on conflict (projection, version, shard)
    do update set position = greatest(checkpoint.position, excluded.position), folded_at = now()
