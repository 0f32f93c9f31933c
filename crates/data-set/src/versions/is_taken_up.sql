-- Purpose: whether a projection worker has given a sign of life since the version came into its state.
-- Index: projection_pk, worker_heartbeat_pk.
select exists (
    select from control.projection v
    join control.worker_heartbeat h using (projection, version)
    where v.projection = $1 and v.version = $2 and h.seen_at > v.since)
