create or replace view published.projections as
select
    c.projection, c.version, c.shard, c.position, c.lineage, c.folded_at,
    -- The heartbeat is up to a second older than the checkpoint.
    case when h.head is not null then greatest(h.head, c.position) end as head,
    h.seen_at, h.complete_until,
    (select count(*) from control.parked_event p
      where p.projection = c.projection and p.version = c.version and p.shard = c.shard) as parked_events,
    v.state
from control.checkpoint c
join control.projection v using (projection, version)
left join control.lane_heartbeat h using (projection, version, shard);
comment on view published.projections is
    'Per projection, version and shard: the position up to which it reflects the log, and what its worker last saw. The other views show the version whose state is published.';
