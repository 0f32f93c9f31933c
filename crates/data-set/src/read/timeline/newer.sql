-- Purpose: entries of a home timeline ($1: whose) after $2, the oldest $3 of them, with the position that
--   two projections reflect. Ends in feed_item/show.sql.
-- Index: feed_pk, entry_pk and, for each followed account with very many followers, entry_pk again, all walked
--   forwards; merged_pk.
-- Why this order: positions are unique and never change, so a key neither skips nor repeats an entry.
with folded as materialized (
    select least(
        coalesce((select position from published.projections
                   where projection = 'social' and state = 'published' and shard = 0), 0),
        coalesce((select position from published.projections
                   where projection = 'feeds' and state = 'published' and shard = 0), 0)
    ) as position
), p as (
    select position, position + 1 as before, true as is_home from folded
), c as (
    select position, author, message
    from (
        (
            select f.position, f.author, f.message
            from served.feed_entries f
            where f.owner = $1 and f.position > $2 and f.position < (select before from p)
            order by f.position
            limit $3
        )
        union all
        (
            select e.position, e.author, e.message
            from served.author_entries e
            where e.author = $1 and e.position > $2 and e.position < (select before from p)
            order by e.position
            limit $3
        )
        union all
        (
            select e.position, e.author, e.message
            from served.merged_feeds m
            cross join lateral (
                select *
                from served.author_entries e
                where e.author = m.author and e.position > greatest($2::bigint, m.since - 1)
                    and e.position < (select before from p)
                order by e.position
                limit $3
            ) e
            where m.owner = $1
        )
    ) k
    order by position
    limit $3
)
