-- Purpose: those walked messages that fit, per interval between two of the bounds $10, with how many were looked at and
--   the first and the last that fits; with the position. Begins with a walk, ends in sum_fitting.sql.
-- Index: message_pk, once per walked message, unless one tag of several is all that is asked: then none.
-- Why this order: none; the caller puts every count at its bucket's number.
, p as (
    select coalesce(max(position), 0) as position, $10::timestamptz[] as bounds
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), looked_at as (
    select
        k.created_at,
        k.is_first and not k.created_at <@ any ($7::tstzrange[]) and case
            when $9::bigint is null and cardinality($2::text[]) = 0 and cardinality($3::text[]) = 0 then true
            else (
                select
                    m.tags @> $2::text[] and (cardinality($1::text[]) = 0 or m.tags && $1::text[])
                        and not m.tags && $3::text[]
                from published.messages m where m.id = k.id limit 1
            )
        end as fits
    from walked k
    -- So that it is found out once per message and not once per aggregate.
    offset 0
)
