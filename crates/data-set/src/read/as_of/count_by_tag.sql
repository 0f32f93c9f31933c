-- Purpose: messages that had tag $1 at moment $6 (the empty tag: all), per interval between two of the bounds $7, with how
--   many entries were looked at and the first and the last that was there; with the position. At most $5 entries.
--   Ends in ../sum_fitting.sql.
-- Index: tagged_pk, one range; the key holds all that is asked. A message has a tag once at any moment.
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
    select k.created_at, k.from_position <= $6 and (k.to_position is null or k.to_position > $6)
        and not k.created_at <@ any ($4::tstzrange[]) as fits
    from served.tag_history k
    where k.tag = $1 and k.created_at < $2 and k.created_at >= $3
    limit $5
)
