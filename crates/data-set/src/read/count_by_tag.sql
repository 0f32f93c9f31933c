-- Purpose: messages of a tag (the empty tag: of all) per bucket, summed over segments of time that the caller made so
--   that each is a run of folded counts of one grain, or (grain null) an edge shorter than a minute.
-- Index: tag_count_pk, one range per folded segment; message_tag_pk, one range per edge. Both are index-only scans.
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
        from published.tag_counts t
        where t.tag = $1 and t.grain = s.grain and t.starts_at >= s.starts_at and t.starts_at < s.ends_at
        union all
        select count(*) as messages
        from published.message_tags k
        where s.grain is null and k.tag = $1 and k.created_at >= s.starts_at and k.created_at < s.ends_at
    ) c
    group by s.bucket
) c on true
