-- Purpose: those walked messages that were there at moment $10 and fit, per interval between two of the bounds $11, with
--   how many entries were looked at and the first and the last that fits; with the position. Begins with a walk, ends in
--   ../sum_fitting.sql.
-- Index: message_pk and edition_pk, once per walked message.
-- Why this order: none; the caller puts every count at its bucket's number.
, p as (
    select
        least(
            coalesce((select position from published.projections
                       where projection = 'social' and state = 'published' and shard = 0), 0),
            coalesce((select position from published.projections
                       where projection = 'history' and state = 'published' and shard = 0), 0)
        ) as position,
        $11::timestamptz[] as bounds
), looked_at as (
    select
        k.created_at,
        k.is_first and not k.created_at <@ any ($7::tstzrange[]) and coalesce((
            select
                coalesce(h.tags, m.tags) @> $2::text[]
                    and (cardinality($1::text[]) = 0 or coalesce(h.tags, m.tags) && $1::text[])
                    and not coalesce(h.tags, m.tags) && $3::text[]
            from served.message_history m
            left join lateral (
                select h.tags from published.edit_history h
                where h.message = m.id and h.position <= $10
                order by h.position desc
                limit 1
            ) h on true
            where m.id = k.id and m.id <= $10 and (m.to_position is null or m.to_position > $10)
                and ($9::bigint is null or m.author = $9)
            limit 1
        ), false) as fits
    from walked k
    -- So that it is found out once per message and not once per aggregate.
    offset 0
)
