-- Purpose: a version, of any state, that has folded one of some events, and which one. Index: checkpoint_pk, then
-- parked_event_pk per event. Why this order: so that the same one is named every time.
select c.version, e.position
from control.checkpoint c cross join unnest($3::bigint[]) as e (position)
where c.projection = $1 and c.shard = $2 and c.position >= e.position
    and not exists (
        select from control.parked_event p
        where (p.projection, p.version, p.shard, p.position) = (c.projection, c.version, c.shard, e.position))
order by c.version, e.position
limit 1
