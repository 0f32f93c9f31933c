-- Purpose: no row for a count of zero, so that a replay, which may never see the message, gives the same rows.
-- Index: message_count_pk. The deltas are sent along for one shape of add, take and drop.
delete from message_count c
using unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::bigint[]) as g (author, tag, starts_at, delta)
where c.author = g.author and c.tag = g.tag and c.granularity = $1::text::control.granularity and c.starts_at = g.starts_at
  and c.messages = 0
returning c.author, c.tag, c.starts_at, c.messages, control.split_from()
