-- Purpose: remember an event that could not be folded. Index: parked_event_pk.
insert into control.parked_event (projection, version, shard, position, subject, event_type, reason, detail)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing
