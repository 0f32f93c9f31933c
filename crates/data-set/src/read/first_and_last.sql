-- Purpose: when the first and the last message of a tag (the empty tag: of all) were created, with the position.
-- Index: message_tag_pk, its first and its last entry of the tag.
-- Why two subqueries and not min and max over one: each becomes a single index entry.
select
    (select coalesce(max(position), 0)
     from published.projections
     where projection = 'social' and state = 'published' and shard = 0) as position,
    (select k.created_at from published.message_tags k where k.tag = $1 order by k.created_at, k.id limit 1) as first,
    (select k.created_at from published.message_tags k where k.tag = $1 order by k.created_at desc, k.id desc limit 1)
        as last
