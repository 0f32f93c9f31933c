-- Purpose: as walk_by_tag.sql, for the messages of author $9.
-- Index: message_by_author, walked backwards; what came or went since is among them.
-- Why this order: that of the lists.
with walked as (
    select k.created_at, k.id, row_number() over w as number, true as is_first
    from (
        select m.created_at, m.id from served.message_history m
        where m.author = $9 and (m.created_at, m.id) < ($4, $5) and m.created_at >= $6
        order by m.created_at desc, m.id desc
        limit $8
    ) k
    window w as (order by k.created_at desc, k.id desc)
)
