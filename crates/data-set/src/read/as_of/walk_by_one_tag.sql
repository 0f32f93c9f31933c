-- Purpose: as walk_by_tag.sql, for at most one tag (none: all messages), which most lists have. A branch per tag that is not
--   there costs more than the walk.
-- Index: tagged_pk, walked backwards.
-- Why this order: that of the lists.
with walked as (
    select
        k.created_at, k.id, row_number() over w as number,
        k.id is distinct from lag(k.id) over w as is_first
    from (
        select k.created_at, k.message as id from served.tag_history k
        where k.tag = coalesce(($2::text[])[1], ($1::text[])[1], '')
            and (k.created_at, k.message) < ($4, $5) and k.created_at >= $6
        order by k.created_at desc, k.message desc
        limit $8
    ) k
    window w as (order by k.created_at desc, k.id desc)
)
