-- Purpose: as split_tags.sql, for all tags of authors. Index: message_by_author, one range of few rows per period.
with built as (
    insert into message_count as c (author, tag, granularity, starts_at, messages)
    select k.author, t.tag, $1::text::control.granularity, date_trunc($1, k.created_at, 'UTC'), count(*)
    from unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[]) as g (author, tag, starts_at, ends_at)
    cross join lateral (
        select m.author, m.created_at, m.tags from message m
        where m.author = g.author and m.created_at >= g.starts_at and m.created_at < g.ends_at
    ) k
    cross join unnest(array_append(k.tags, '')) as t (tag)
    group by k.author, t.tag, date_trunc($1, k.created_at, 'UTC')
    on conflict (author, tag, granularity, starts_at) do update set messages = excluded.messages
    returning author, tag, starts_at, messages
)
select author, tag, starts_at from built
where messages >= control.split_from() and tag = ''
