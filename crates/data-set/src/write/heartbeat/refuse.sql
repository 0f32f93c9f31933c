-- Purpose: why a projection worker does not fold its log. Index: worker_heartbeat_pk. One that never folded has no
-- heartbeat yet.
insert into control.worker_heartbeat as h (projection, version, shard, head, seen_at, complete_until, refusal)
values ($1, $2, $3, 0, now(), to_timestamp(0), $4)
on conflict (projection, version, shard) do update set refusal = excluded.refusal
