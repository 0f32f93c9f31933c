-- Purpose: what was given up stays given up when version $2 goes: the published one remembers it. Index: parked_event_pk.
insert into control.parked_event
    (projection, version, shard, position, subject, event_type, reason, detail, holds, touches, parked_at, dropped_at)
select p.projection, v.version, p.shard, p.position, p.subject, p.event_type, p.reason, p.detail, p.holds, p.touches,
    p.parked_at, p.dropped_at
from control.parked_event p
join control.projection v on v.projection = p.projection and v.state = 'published'
where p.projection = $1 and p.version = $2 and p.dropped_at is not null
on conflict (projection, version, shard, position) do nothing
