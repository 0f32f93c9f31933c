-- Purpose: tombstones of deleted messages. Index: tombstone_pk; the first deletion stands. What a former account did
-- after it had gone left no message, so it leaves no tombstone either: former_account_pk.
insert into tombstone (
    id, author, deleted_by, deleted_at, created_at, in_reply_to, position, tags, is_deactivation
)
select
    g.id, g.author, g.deleted_by, g.deleted_at, g.created_at, g.in_reply_to, g.position, g.tags::text[], g.is_deactivation
from unnest(
    $1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::bigint[], $7::bigint[],
    $8::text[], $9::boolean[]
) as g (id, author, deleted_by, deleted_at, created_at, in_reply_to, position, tags, is_deactivation)
where not exists (select from former_account f where f.id = g.author)
on conflict (id) do nothing
