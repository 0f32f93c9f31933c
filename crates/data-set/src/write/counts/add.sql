-- Purpose: counts of one granularity that grow; answers those whose period is split now. Index: message_count_pk.
-- The rows come in the order of the key, so that two projection workers can never wait for each other.
with added as (
    insert into message_count as c (author, tag, granularity, starts_at, messages)
    select author, tag, $1::text::control.granularity, starts_at, delta
    from unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::bigint[]) as g (author, tag, starts_at, delta)
    on conflict (author, tag, granularity, starts_at) do update set messages = c.messages + excluded.messages
    returning author, tag, starts_at, messages
)
select author, tag, starts_at, messages, control.split_from() as split_from
from added
-- Of an author's counts the one of any tag decides.
where messages >= control.split_from() and (author = 0 or tag = '')
