-- Purpose: messages that had a tag at a moment (the empty tag: all) per bucket, summed over ranges of time.
-- Index: tagged_pk, a range of it per range of time; the key holds all that is asked.
-- Why this order: none; the caller puts every sum at its bucket's number.
with p as (
    select
        least(
            coalesce((select position from published.projections
                       where projection = 'social' and state = 'published' and shard = 0), 0),
            coalesce((select position from published.projections
                       where projection = 'history' and state = 'published' and shard = 0), 0)
        ) as position
)
select p.position, c.bucket, c.messages
from p
left join (
    select s.bucket, sum(c.messages)::bigint as messages
    from unnest($2::int[], $3::timestamptz[], $4::timestamptz[]) as s (bucket, starts_at, ends_at)
    cross join lateral (
        select count(*) as messages
        from served.tag_history k
        where k.tag = $1 and k.created_at >= s.starts_at and k.created_at < s.ends_at
            and k.from_position <= $5 and (k.to_position is null or k.to_position > $5)
    ) c
    group by s.bucket
) c on true
