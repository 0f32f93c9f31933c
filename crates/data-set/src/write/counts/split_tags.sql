-- Purpose: counts of granularity $1 in periods that have just got many messages; answers those that are many again.
-- Index: message_tag_pk, one range of few rows per period.
with built as (
    insert into message_count as c (author, tag, granularity, starts_at, messages)
    select 0, k.tag, $1::text::control.granularity, date_trunc($1, k.created_at, 'UTC'), count(*)
    from unnest($3::text[], $4::timestamptz[], $5::timestamptz[]) as g (tag, starts_at, ends_at)
    cross join lateral (
        select t.tag, t.created_at from message_tag t
        where t.tag = g.tag and t.created_at >= g.starts_at and t.created_at < g.ends_at
    ) k
    group by k.tag, date_trunc($1, k.created_at, 'UTC')
    on conflict (author, tag, granularity, starts_at) do update set messages = excluded.messages
    returning author, tag, starts_at, messages
)
select author, tag, starts_at from built
-- The authors are sent along for one shape of all statements about periods.
where messages >= control.split_from() and cardinality($2::bigint[]) > 0
