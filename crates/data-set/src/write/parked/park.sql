-- Purpose: remember an event that is not folded, and why. Index: parked_event_pk. What was known of it before is
-- replaced.
insert into control.parked_event as p
    (projection, version, shard, position, subject, event_type, reason, detail, exclusive_keys, shared_keys)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (projection, version, shard, position) do update
set reason = excluded.reason, detail = excluded.detail,
    exclusive_keys = excluded.exclusive_keys, shared_keys = excluded.shared_keys
