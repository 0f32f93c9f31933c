-- Purpose: a worker's report from $2 seconds ago, of a log whose newest event is at $1.
insert into control.worker_heartbeat (projection, version, shard, head, seen_at, complete_until)
values ('social', 1, 0, $1, now() - make_interval(secs => $2), now() - make_interval(secs => $2))
on conflict (projection, version, shard) do update
    set head = excluded.head, seen_at = excluded.seen_at, complete_until = excluded.complete_until
