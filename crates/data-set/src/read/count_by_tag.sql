-- Purpose: messages of a tag (the empty tag: of all) per bucket, summed over spans of time. A span
--   holds neighbouring counts of one granularity within one coarser period (parent), or (granularity null) it is an
--   edge shorter than a minute. A period that is not split has no finer counts and few messages, which are counted row
--   by row.
-- Index: message_count_pk, one range and one look-up per span; message_tag_pk, one range per span or edge that is not
--   folded. The latter are index-only scans.
-- Why this order: none; the caller puts every sum at its bucket's number.
with p as (
    select coalesce(max(position), 0) as position
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
)
select p.position, c.bucket, c.messages
from p
left join (
    select s.bucket, sum(c.messages)::bigint as messages
    from unnest($2::int[], ($3::text[])::control.granularity[], $4::timestamptz[], $5::timestamptz[],
                ($6::text[])::control.granularity[], $7::timestamptz[])
        as s(bucket, granularity, starts_at, ends_at, parent, parent_starts_at)
    cross join lateral (
        select sum(t.messages) as messages
        from served.folded_counts t
        where t.author = 0 and t.tag = $1 and t.grain = s.granularity
            and t.starts_at >= s.starts_at and t.starts_at < s.ends_at
        union all
        select count(*) as messages
        from published.message_tags k
        where k.tag = $1 and k.created_at >= s.starts_at and k.created_at < s.ends_at
            and (s.granularity is null or s.parent is not null and not exists (
                select from served.folded_counts d
                where d.author = 0 and d.tag = $1 and d.grain = s.parent and d.starts_at = s.parent_starts_at
                    and d.messages >= control.split_from()))
    ) c
    group by s.bucket
) c on true
