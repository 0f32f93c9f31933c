-- Purpose: counts of one granularity that shrink or stay; answers all that decide whether a period is split.
-- Index: message_count_pk. Apart from add.sql, because an upsert would check a negative delta as if it were the new
-- count.
with taken as (
    update message_count c
    set messages = c.messages + g.delta
    from unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::bigint[]) as g (author, tag, starts_at, delta)
    where c.author = g.author and c.tag = g.tag and c.granularity = $1::text::control.granularity and c.starts_at = g.starts_at
    returning c.author, c.tag, c.starts_at, c.messages
)
select author, tag, starts_at, messages, control.split_from() as split_from
from taken
where author = 0 or tag = ''
