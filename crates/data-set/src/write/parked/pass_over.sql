-- Purpose: what another version gave up is given up here, too: a lane that passes over it says so of its own rows. As many
--   rows as positions, unless somebody's note is gone by now. Index: parked_event_pk, the projection's range.
insert into control.parked_event as own
    (projection, version, shard, position, subject, event_type, reason, detail, holds, touches, parked_at, dropped_at)
select distinct on (p.position) p.projection, $2::integer, p.shard, p.position, p.subject, p.event_type, p.reason, p.detail,
    p.holds, p.touches, p.parked_at, p.dropped_at
from control.parked_event p
where p.projection = $1 and p.shard = $3 and p.position = any($4) and p.dropped_at is not null
order by p.position, p.dropped_at
on conflict (projection, version, shard, position) do update set dropped_at = excluded.dropped_at
