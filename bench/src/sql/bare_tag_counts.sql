-- Purpose: counts as they stand in the end. Index: tag_count_pk.
insert into social_v1.tag_count (tag, grain, starts_at, messages)
select tag, grain::control.grain, starts_at, messages
from unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[]) as g (tag, grain, starts_at, messages)
