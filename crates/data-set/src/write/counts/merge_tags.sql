-- Purpose: no counts finer than $1 in periods that have few messages now. Index: message_count_pk, by author and tag.
delete from message_count c
using unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[]) as g (author, tag, starts_at, ends_at)
where c.author = g.author and c.tag = g.tag and c.granularity < $1::text::control.granularity
  and c.starts_at >= g.starts_at and c.starts_at < g.ends_at
