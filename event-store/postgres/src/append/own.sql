-- Purpose: which events of these commands are in the log already.
-- Index: events_of_command.
select command, aggregate_id, sequence
from events
where command = any($1) and shard = $2
order by sequence
