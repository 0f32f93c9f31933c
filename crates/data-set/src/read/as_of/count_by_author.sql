-- Purpose: as count_by_tag.sql, for the messages of author $1.
-- Index: message_by_author, one range.
-- Why this order: none; the caller puts every count at its bucket's number.
with p as (
    select
        least(
            coalesce((select position from published.projections
                       where projection = 'social' and state = 'published' and shard = 0), 0),
            coalesce((select position from published.projections
                       where projection = 'history' and state = 'published' and shard = 0), 0)
        ) as position
)
select p.position, c.bound, c.walked, c.messages, c.first, c.last
from p
left join (
    select
        width_bucket(k.created_at, $7::timestamptz[]) as bound, count(*) as walked,
        count(*) filter (where k.fits) as messages,
        min(k.created_at) filter (where k.fits) as first, max(k.created_at) filter (where k.fits) as last
    from (
        select k.created_at, k.id <= $6 and (k.to_position is null or k.to_position > $6)
            and not k.created_at <@ any ($4::tstzrange[]) as fits
        from served.message_history k
        where k.author = $1 and k.created_at < $2 and k.created_at >= $3
        limit $5
    ) k
    group by 1
) c on true
