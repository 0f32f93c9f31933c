-- Purpose: which of the accounts $2 see entries of the accounts $1 in their home timelines, and from which position on.
-- Index: feeds' follow_pk, once per pair.
-- Why this order: none.
select f.follower, f.followee, f.visible_from
from unnest($1::bigint[]) as e (account)
cross join unnest($2::bigint[]) as r (account)
cross join lateral (
    select f.follower, f.followee, f.visible_from from served.feed_follows f
    where f.follower = r.account and f.followee = e.account
    limit 1
) f
