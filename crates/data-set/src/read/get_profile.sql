-- Purpose: the account with an id, with the position that this reflects. Ends in show_profile.sql.
-- Index: account_pk, one look-up.
with p as (
    select coalesce(max(position), 0) as position, $2::bigint as caller
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), found as (
    select * from published.accounts a where a.id = $1 limit 1
)
