-- Purpose: rows of counts where some shrink. Index: account_stat_pk.
update account_stat s
set followers = s.followers + g.followers,
    following = s.following + g.following,
    messages = s.messages + g.messages
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as g (account, followers, following, messages)
where s.account = g.account
