-- Purpose: no row for a count of zero, as in drop_empty_tags.sql. Index: author_count_pk.
delete from social_v1.author_count c
using unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[]) as g (author, tag, starts_at, delta)
where c.author = g.author and c.tag = g.tag and c.starts_at = g.starts_at and c.messages = 0
