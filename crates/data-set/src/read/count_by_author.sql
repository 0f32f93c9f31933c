-- Purpose: an author's messages with a tag (the empty tag: with any) per bucket, summed over segments of time that the
--   caller made so that each is a run of folded days, or (grain null) an edge of less than two days.
-- Index: author_count_pk, one range per folded segment; message_by_author, one range per edge.
-- Why this order: none; the caller puts every sum at its bucket's number.
with p as (
    select coalesce(max(position), 0) as position
    from published.projections
    where projection = 'social' and version = 1 and shard = 0
)
select p.position, c.bucket, c.messages
from p
left join (
    select s.bucket, sum(c.messages)::bigint as messages
    from unnest($2::int[], ($3::text[])::control.grain[], $4::timestamptz[], $5::timestamptz[])
        as s(bucket, grain, starts_at, ends_at)
    cross join lateral (
        select sum(t.messages) as messages
        from published.author_counts t
        where s.grain = 'day' and t.author = $6 and t.tag = $1
            and t.starts_at >= s.starts_at and t.starts_at < s.ends_at
        union all
        select count(*) as messages
        from published.messages m
        where s.grain is null and m.author = $6 and m.created_at >= s.starts_at and m.created_at < s.ends_at
            and ($1 = '' or m.tags @> array[$1])
    ) c
    group by s.bucket
) c on true
