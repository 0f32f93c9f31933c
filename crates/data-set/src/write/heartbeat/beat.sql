-- Purpose: a sign of life of one projection worker. Index: worker_heartbeat_pk. Two workers of one projection may both
-- write; the greater head is the newer knowledge.
insert into control.worker_heartbeat as h (projection, version, shard, head, seen_at, complete_until)
values ($1, $2, $3, $4, now(), $5)
on conflict (projection, version, shard) do update
set head = greatest(h.head, excluded.head),
    seen_at = excluded.seen_at,
    complete_until = greatest(h.complete_until, excluded.complete_until),
    refusal = null
