-- Purpose: rows of counts where none shrinks. Index: account_stat_pk. The rows come in the order of the key.
insert into account_stat as s (account, followers, following, messages)
select account, followers, following, messages
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as g (account, followers, following, messages)
on conflict (account) do update
set followers = s.followers + excluded.followers,
    following = s.following + excluded.following,
    messages = s.messages + excluded.messages
