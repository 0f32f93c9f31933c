-- Purpose: new messages, each with a row per tag and one for the empty tag. Indexes: former_pk, since nobody comes back;
-- message_pk decides what is new. Why this order: that of the key.
with posted as (
    insert into message (id, author, in_reply_to, tags, created_at, recorded_at)
    select g.id, g.author, g.in_reply_to, g.tags::text[], g.created_at, g.recorded_at
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[], $6::timestamptz[])
        as g (id, author, in_reply_to, tags, created_at, recorded_at)
    where not exists (select from former f where f.account = g.author and f.position < g.id)
    on conflict (id) do nothing
    returning id, author, tags, created_at
)
insert into tagged (tag, created_at, message, from_position, author)
select t.tag, p.created_at, p.id, p.id, p.author
from posted p cross join lateral unnest(array_append(p.tags, '')) as t (tag)
order by 1, 2, 3
on conflict do nothing
