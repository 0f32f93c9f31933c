-- Purpose: no row where nothing is left to count, so that a replay, which may never see it, gives the same rows.
-- Index: message_stat_pk. The deltas are sent along for one shape of all three statements.
delete from message_stat s
using unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as g (message, likes, reposts, replies)
where s.message = g.message and s.likes = 0 and s.reposts = 0 and s.replies = 0
