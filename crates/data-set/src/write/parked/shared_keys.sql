-- Purpose: the keys that parked events share. Index: parked_event_pk, the worker's range.
select distinct k.name
from control.parked_event p cross join lateral unnest(p.shared_keys) as k (name)
where p.projection = $1 and p.version = $2 and p.shard = $3 and p.position <= $4 and p.reason <> 'dropped'
