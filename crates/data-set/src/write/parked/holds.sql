-- Purpose: everything that parked events hold. Index: parked_event_pk, the lane's range.
select distinct e.entity
from control.parked_event p cross join lateral unnest(p.holds) as e (entity)
where p.projection = $1 and p.version = $2 and p.shard = $3 and p.position <= $4 and p.reason <> 'dropped'
