create view published.projections as
select
    c.projection, c.version, v.state, c.shard, c.position, c.lineage, c.folded_at,
    -- The heartbeat is up to a second older than the checkpoint.
    case when h.head is not null then greatest(h.head, c.position) end as head,
    h.seen_at, h.complete_until, h.refusal,
    (select count(*) from control.parked_event p
      where p.projection = c.projection and p.version = c.version and p.shard = c.shard
        and p.reason not in ('waiting', 'dropped')) as parked_events,
    (select count(*) from control.parked_event p
      where p.projection = c.projection and p.version = c.version and p.shard = c.shard
        and p.reason = 'waiting') as waiting_events,
    -- Accounts, messages and handles: the other keys have no name outside.
    (select count(distinct k.name) from control.parked_event p cross join lateral unnest(p.exclusive_keys) as k (name)
      where p.projection = c.projection and p.version = c.version and p.shard = c.shard
        and p.reason not in ('waiting', 'dropped')
        and split_part(k.name, '/', 1) in ('account', 'message', 'handle')) as parked_entities
from control.checkpoint c
join control.projection v using (projection, version)
left join control.worker_heartbeat h using (projection, version, shard);

create view published.data_sets as
select
    d.view, d.projection, c.position, c.folded_at,
    -- The heartbeat is up to a second older than the checkpoint. A position is a sequence << 8.
    case when h.head is not null then (greatest(h.head, c.position) - c.position) >> 8 end as lag_events,
    -- As of the statement, since a transaction that keeps its snapshot sees rows that grow older.
    case when h.complete_until is not null then
        greatest(extract(epoch from statement_timestamp() - h.complete_until), 0)::double precision
    end as lag_seconds
from control.data_set d
left join control.projection v on v.projection = d.projection and v.state = 'published'
left join control.checkpoint c on c.projection = v.projection and c.version = v.version and c.shard = 0
left join control.worker_heartbeat h on h.projection = c.projection and h.version = c.version and h.shard = c.shard;
