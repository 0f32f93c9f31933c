-- Purpose: counts that grow. Index: author_count_pk. The rows come in the order of the key.
insert into social_v1.author_count as c (author, tag, starts_at, messages)
select author, tag, starts_at, delta
from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[]) as g (author, tag, starts_at, delta)
on conflict (author, tag, starts_at) do update set messages = c.messages + excluded.messages
