-- Purpose: to whom the accounts $1 and the messages $2 are not what they are to everybody: who is hidden from an account
--   (1) or mutes it (2), and who likes (3), reposted (4) or bookmarked (5) a message. At most $3 of each, and one more where
--   there are more. Accounts that block each other come twice.
-- Index: blocked_pk, blocked_by_blocked, muted_by_muted, liked_by_message, reposted_by_message, bookmarked_by_message.
-- Why this order: none.
select h.viewer as account, a.about, 1::smallint as what
from unnest($1::bigint[]) as a (about)
cross join lateral (select h.viewer from served.hidden_accounts h where h.account = a.about limit $3 + 1) h
union all
select u.muter, a.about, 2::smallint
from unnest($1::bigint[]) as a (about)
cross join lateral (select u.muter from served.mutes u where u.muted = a.about limit $3 + 1) u
union all
select l.account, m.about, 3::smallint
from unnest($2::bigint[]) as m (about)
cross join lateral (select l.account from published.likes l where l.message = m.about limit $3 + 1) l
union all
select r.account, m.about, 4::smallint
from unnest($2::bigint[]) as m (about)
cross join lateral (select r.account from published.reposts r where r.message = m.about limit $3 + 1) r
union all
select b.account, m.about, 5::smallint
from unnest($2::bigint[]) as m (about)
cross join lateral (select b.account from served.bookmarks b where b.message = m.about limit $3 + 1) b
