-- Purpose: all keys of those parked events before a position that share one of some keys.
-- Index: parked_event_by_shared_key.
select distinct k.name
from control.parked_event p cross join lateral unnest(p.exclusive_keys || p.shared_keys) as k (name)
where p.shared_keys && $4::text[]
    and p.projection = $1 and p.version = $2 and p.shard = $3 and p.position < $5 and p.reason <> 'dropped'
