-- Purpose: the account with a handle, with the position that this reflects. Ends in show_profile.sql.
-- Index: account_by_handle, one look-up. It is not unique, but no two accounts have a handle at the
--   end of a transaction.
with p as (
    select coalesce(max(position), 0) as position, $2::bigint as caller
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), found as (
    select * from published.accounts a where a.handle = $1 limit 1
)
