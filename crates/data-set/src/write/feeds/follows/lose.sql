-- Purpose: fewer followers; answers what is left. Index: author_pk.
update author a
set followers = a.followers - g.followers
from unnest($1::bigint[], $2::bigint[]) as g (account, followers)
where a.account = g.account
returning a.account, a.followers, a.is_merged
