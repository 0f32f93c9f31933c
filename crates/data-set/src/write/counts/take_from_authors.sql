-- Purpose: counts that shrink. Index: author_count_pk.
update social_v1.author_count c
set messages = c.messages + g.delta
from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[]) as g (author, tag, starts_at, delta)
where c.author = g.author and c.tag = g.tag and c.starts_at = g.starts_at
