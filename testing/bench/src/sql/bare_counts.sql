-- Purpose: counts as they stand in the end. Index: message_count_pk.
insert into social_v1.message_count (author, tag, grain, starts_at, messages)
select author, tag, grain::control.grain, starts_at, messages
from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
    as g (author, tag, grain, starts_at, messages)
