-- Purpose: who sees entries of the accounts $1 in the home timeline, and from which position on; at most $2 of each, and
--   one more where there are more.
-- Index: follow_by_followee of feeds, a range per account.
-- Why this order: none.
select f.follower, f.followee, f.visible_from
from unnest($1::bigint[]) as e (account)
cross join lateral (
    select f.follower, f.followee, f.visible_from from served.feed_follows f
    where f.followee = e.account
    limit $2 + 1
) f
