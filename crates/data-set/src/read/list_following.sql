-- Purpose: one page of the accounts that one follows, newest first, and whether that one exists. Ends in
--   show_accounts.sql.
-- Index: follow_by_follower, walked backwards from the cursor; account_pk for the account itself.
-- Why this order: an event's position is its own and never changes, so a cursor neither skips nor repeats a row.
with p as (
    select
        coalesce(max(position), 0) as position, $4::bigint as caller, $4::bigint as viewer,
        exists(select from published.accounts a where a.id = $1 and a.restriction is distinct from 'suspended')
            and not exists (select from served.hidden_accounts h where h.viewer = $4 and h.account = $1) as is_known
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select k.followee as account, k.position as key_position
    from published.follows k
    where k.follower = $1 and k.position < $2
    order by k.position desc
    limit $3
)
