-- Purpose: posts and reposts of account $2 before $3, the newest $4 of them, with the position that two projections
--   reflect. Ends in feed_item/show.sql.
-- Index: entry_pk, walked backwards; blocked_pk, once.
-- Why this order: positions are unique and never change, so a key neither skips nor repeats an entry.
with folded as materialized (
    select least(
        coalesce((select position from published.projections
                   where projection = 'social' and state = 'published' and shard = 0), 0),
        coalesce((select position from published.projections
                   where projection = 'feeds' and state = 'published' and shard = 0), 0)
    ) as position
), p as (
    select position, least($3::bigint, position + 1) as before, false as is_home from folded
), c as (
    select e.position, e.author, e.message
    from served.author_entries e
    where e.author = $2 and e.position < (select before from p)
        and not exists (select from served.hidden_accounts h where h.viewer = $1 and h.account = $2)
    order by e.position desc
    limit $4
)
