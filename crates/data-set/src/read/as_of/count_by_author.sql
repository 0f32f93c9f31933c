-- Purpose: an author's messages that had a tag at a moment (the empty tag: all) per bucket, as count_by_tag.sql.
-- Index: message_by_author, a range of it per range of time; with a tag tagged_pk, a look-up per message.
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
        from served.message_history m
        where m.author = $6 and m.created_at >= s.starts_at and m.created_at < s.ends_at
            and m.id <= $5 and (m.to_position is null or m.to_position > $5)
            and ($1 = '' or (
                select k.message from served.tag_history k
                where k.tag = $1 and k.created_at = m.created_at and k.message = m.id
                    and k.from_position <= $5 and (k.to_position is null or k.to_position > $5)
                limit 1
            ) is not null)
    ) c
    group by s.bucket
) c on true
