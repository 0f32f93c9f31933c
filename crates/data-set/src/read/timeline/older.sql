-- Purpose: entries of a home timeline ($1: whose) before $2 and after $3, the newest $4 of them, with the position that
--   two projections reflect. Ends in feed_item/show.sql.
-- Index: feed_pk, entry_pk and, for each followed account with very many followers, entry_pk again, all walked
--   backwards; merged_pk.
-- Why this order: positions are unique and never change, so a key neither skips nor repeats an entry.
with folded as materialized (
    select least(
        coalesce((select position from published.projections
                   where projection = 'social' and state = 'published' and shard = 0), 0),
        coalesce((select position from published.projections
                   where projection = 'feeds' and state = 'published' and shard = 0), 0)
    ) as position
), p as (
    select position, least($2::bigint, position + 1) as before, true as is_home from folded
), c as (
    select position, author, message
    from (
        (
            select f.position, f.author, f.message
            from served.feed_entries f
            where f.owner = $1 and f.position > $3 and f.position < (select before from p)
            order by f.position desc
            limit $4
        )
        union all
        (
            select e.position, e.author, e.message
            from served.author_entries e
            where e.author = $1 and e.position > $3 and e.position < (select before from p)
            order by e.position desc
            limit $4
        )
        union all
        (
            select e.position, e.author, e.message
            from served.merged_feeds m
            cross join lateral (
                select *
                from served.author_entries e
                where e.author = m.author and e.position > greatest($3::bigint, m.since - 1)
                    and e.position < (select before from p)
                order by e.position desc
                limit $4
            ) e
            where m.owner = $1
        )
    ) k
    order by position desc
    limit $4
)
