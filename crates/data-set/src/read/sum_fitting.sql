-- Purpose: the end of every statement that counts one by one: how many of those that were looked at (looked_at) fit, per
--   interval between two of the bounds, with how many were looked at and the first and the last that fits. `p` is one row:
--   the position, and the bounds.
-- Index: none besides those of `looked_at`.
-- Why this order: none; the caller puts every count at its bucket's number.
select p.position, c.bound, c.walked, c.messages, c.first, c.last
from p
left join (
    select
        width_bucket(k.created_at, (select p.bounds from p)) as bound, count(*) as walked,
        count(*) filter (where k.fits) as messages,
        min(k.created_at) filter (where k.fits) as first, max(k.created_at) filter (where k.fits) as last
    from looked_at k
    group by 1
) c on true
