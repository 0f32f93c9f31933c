-- Purpose: as count_by_tag.sql, for the messages of author $1. Ends in ../sum_fitting.sql.
-- Index: message_by_author, one range.
-- Why this order: none; the caller puts every count at its bucket's number.
with p as (
    select
        least(
            coalesce((select position from published.projections
                       where projection = 'social' and state = 'published' and shard = 0), 0),
            coalesce((select position from published.projections
                       where projection = 'history' and state = 'published' and shard = 0), 0)
        ) as position,
        $7::timestamptz[] as bounds
), looked_at as (
    select k.created_at, k.id <= $6 and (k.to_position is null or k.to_position > $6)
        and not k.created_at <@ any ($4::tstzrange[]) as fits
    from served.message_history k
    where k.author = $1 and k.created_at < $2 and k.created_at >= $3
    limit $5
)
