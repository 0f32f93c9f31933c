-- Purpose: counts that grow. Index: tag_count_pk. The rows come in the order of the key.
insert into social_v1.tag_count as c (tag, grain, starts_at, messages)
select tag, grain::control.grain, starts_at, delta
from unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[]) as g (tag, grain, starts_at, delta)
on conflict (tag, grain, starts_at) do update set messages = c.messages + excluded.messages
