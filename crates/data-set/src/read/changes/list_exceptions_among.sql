-- Purpose: the same as in list_exceptions.sql, of the viewers $1 alone, for the accounts $2 and the messages $3; and which of
--   them follow (6) the accounts $4.
-- Index: blocked_pk twice, muted_pk, liked_pk, reposted_pk, bookmarked_pk and follow_pk, once per pair. `limit 1` keeps the
--   planner from reading all that an account likes instead.
-- Why this order: none.
select v.account, a.about, 1::smallint as what
from unnest($2::bigint[]) as a (about)
cross join unnest($1::bigint[]) as v (account)
cross join lateral (
    select h.viewer from served.hidden_accounts h where h.viewer = v.account and h.account = a.about limit 1
) h
union all
select v.account, a.about, 2::smallint
from unnest($2::bigint[]) as a (about)
cross join unnest($1::bigint[]) as v (account)
cross join lateral (select u.muter from served.mutes u where u.muter = v.account and u.muted = a.about limit 1) u
union all
select v.account, m.about, 3::smallint
from unnest($3::bigint[]) as m (about)
cross join unnest($1::bigint[]) as v (account)
cross join lateral (select l.account from published.likes l where l.account = v.account and l.message = m.about limit 1) l
union all
select v.account, m.about, 4::smallint
from unnest($3::bigint[]) as m (about)
cross join unnest($1::bigint[]) as v (account)
cross join lateral (
    select r.account from published.reposts r where r.account = v.account and r.message = m.about limit 1
) r
union all
select v.account, m.about, 5::smallint
from unnest($3::bigint[]) as m (about)
cross join unnest($1::bigint[]) as v (account)
cross join lateral (
    select b.account from served.bookmarks b where b.account = v.account and b.message = m.about limit 1
) b
union all
select v.account, s.about, 6::smallint
from unnest($4::bigint[]) as s (about)
cross join unnest($1::bigint[]) as v (account)
cross join lateral (
    select f.follower from published.follows f where f.follower = v.account and f.followee = s.about limit 1
) f
