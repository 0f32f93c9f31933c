-- Purpose: one page of the accounts that the caller blocks, newest first. Ends in show_accounts.sql.
-- Index: blocked_by_blocker, walked backwards from the cursor.
-- Why this order: an event's position is its own and never changes, so a cursor neither skips nor repeats a row.
with p as (
    select coalesce(max(position), 0) as position, $1::bigint as caller, null::bigint as viewer
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select k.blocked as account, k.position as key_position
    from served.blocks k
    where k.blocker = $1 and k.position < $2
    order by k.position desc
    limit $3
)
