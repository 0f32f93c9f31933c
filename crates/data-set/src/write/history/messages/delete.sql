-- Purpose: messages end, and with them their tags and what others did to them. Replies go on.
-- Indexes: message_pk; edition_pk, the last entry of each; tagged_pk; liked_by_message, reposted_by_message.
-- Why one statement: it sees all messages as they were before, and what does not end here did so earlier.
with ended as (
    update message m
    set to_position = g.position, to_at = g.at, deleted_by = g.deleted_by, cause = g.cause
    from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::bigint[], $5::text[])
        as g (id, position, at, deleted_by, cause)
    where m.id = g.id and m.to_position is null
    returning m.id, m.created_at, m.to_position, m.to_at, m.tags
), untagged as (
    update tagged t
    set to_position = d.to_position
    from ended d
    left join lateral (
        select e.tags from edition e where e.message = d.id order by e.position desc limit 1
    ) e on true
    cross join lateral unnest(array_append(coalesce(e.tags, d.tags), '')) as g (tag)
    where t.tag = g.tag and t.created_at = d.created_at and t.message = d.id and t.to_position is null
), unliked as (
    update liked l
    set to_position = d.to_position, to_at = d.to_at, ended_by = 'deleted'
    from ended d
    where l.message = d.id and l.to_position is null
)
update reposted r
set to_position = d.to_position, to_at = d.to_at, ended_by = 'deleted'
from ended d
where r.message = d.id and r.to_position is null
