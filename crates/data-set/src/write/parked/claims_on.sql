-- Purpose: everything claimed by those parked events before a position that touch one of some names.
-- Index: parked_event_by_touch.
select distinct e.entity
from control.parked_event p cross join lateral unnest(p.holds || p.touches) as e (entity)
where p.touches && $4::text[]
    and p.projection = $1 and p.version = $2 and p.shard = $3 and p.position < $5 and p.reason <> 'dropped'
