-- Purpose: the events of a group, in one statement.
insert into events (
    shard, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, raw, metadata, command
)
select $1, n.kind, n.subject, n.sequence, n.event_type, n.event_version, n.payload::json, n.raw, n.metadata::json,
    n.command
from unnest(
    $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::text[], $10::uuid[]
) as n (kind, subject, sequence, event_type, event_version, payload, raw, metadata, command)
