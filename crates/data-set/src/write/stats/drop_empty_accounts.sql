-- Purpose: no row where nothing is left to count, so that a replay, which may never see it, gives the same rows.
-- Index: account_stat_pk. The deltas are sent along for one shape of all three statements.
delete from account_stat s
using unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as g (account, followers, following, messages)
where s.account = g.account and s.followers = 0 and s.following = 0 and s.messages = 0
