-- Purpose: take messages out of every list, with their tags and history; answers what the counts lose.
-- Indexes: message_pk, message_tag_pk, message_edition_pk.
with deleted as (
    delete from social_v1.message where id = any($1::bigint[])
    returning id, author, created_at, tags
), untagged as (
    delete from social_v1.message_tag t
    using deleted d cross join lateral unnest(array_append(d.tags, '')) as g (tag)
    where t.tag = g.tag and t.created_at = d.created_at and t.id = d.id
), forgotten as (
    delete from social_v1.message_edition where message = any($1::bigint[])
)
select author, created_at, tags from deleted
