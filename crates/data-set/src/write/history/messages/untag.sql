-- Purpose: tags that messages lost by an edit. One may be lost several times in a segment: each time ends the last row
--   that began before. Index: tagged_pk, a range of one message and tag.
update tagged t
set to_position = g.position
from (
    select g.tag, g.created_at, g.message, min(g.position) as position, b.from_position
    from unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[]) as g (tag, created_at, message, position)
    cross join lateral (
        select b.from_position from tagged b
        where b.tag = g.tag and b.created_at = g.created_at and b.message = g.message
            and b.from_position < g.position
        order by b.from_position desc
        limit 1
    ) b
    group by g.tag, g.created_at, g.message, b.from_position
) g
where t.tag = g.tag and t.created_at = g.created_at and t.message = g.message
    and t.from_position = g.from_position and t.to_position is null
