-- Purpose: no row for a count of zero, so that a replay, which may never see the message, gives the same rows.
-- Index: tag_count_pk. The deltas are sent along for one shape of all three statements.
delete from social_v1.tag_count c
using unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[]) as g (tag, grain, starts_at, delta)
where c.tag = g.tag and c.grain = g.grain::control.grain and c.starts_at = g.starts_at and c.messages = 0
