-- Purpose: what is in `social` is in the other two projections, too.
insert into history_v1.message (id, author, in_reply_to, tags, created_at, recorded_at)
select id, author, in_reply_to, tags, created_at, created_at from social_v1.message
on conflict do nothing;
insert into control.checkpoint (projection, version, shard, position, lineage)
select k.projection, 1, 0, c.position, 'test'
from (values ('history'), ('feeds')) as k (projection)
cross join control.checkpoint c
where c.projection = 'social'
on conflict (projection, version, shard) do update set position = excluded.position, folded_at = now();
