-- Purpose: counts as they stand in the end. Index: message_count_pk.
insert into social_v1.message_count (author, tag, granularity, starts_at, messages)
select author, tag, granularity::control.granularity, starts_at, messages
from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
    as g (author, tag, granularity, starts_at, messages)
