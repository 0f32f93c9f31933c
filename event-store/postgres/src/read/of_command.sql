-- Purpose: the events of a command, in the order of the log.
-- Index: events_of_command.
select aggregate_id as subject, sequence, recorded_at, payload::text as payload, raw, metadata::text as metadata
from events
where command = $2 and shard = $1
order by sequence
