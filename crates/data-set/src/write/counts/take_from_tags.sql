-- Purpose: counts that shrink. Index: tag_count_pk.
update social_v1.tag_count c
set messages = c.messages + g.delta
from unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[]) as g (tag, grain, starts_at, delta)
where c.tag = g.tag and c.grain = g.grain::control.grain and c.starts_at = g.starts_at
