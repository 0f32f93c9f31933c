-- Purpose: counts of one grain that grow; answers those whose period is divided now. Index: message_count_pk.
-- The rows come in the order of the key, so that two lanes can never wait for each other.
with added as (
    insert into message_count as c (author, tag, grain, starts_at, messages)
    select author, tag, $1::text::control.grain, starts_at, delta
    from unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::bigint[]) as g (author, tag, starts_at, delta)
    on conflict (author, tag, grain, starts_at) do update set messages = c.messages + excluded.messages
    returning author, tag, starts_at, messages
)
select author, tag, starts_at, messages, control.divided_from() as divided_from
from added
-- Of an author's counts the one of any tag decides.
where messages >= control.divided_from() and (author = 0 or tag = '')
