-- Purpose: which events of these commands are in the log already, and whether they are young enough, or behind the
-- head that an earlier try of this process saw, to be a repetition whatever they expected.
-- Index: events_of_command.
select e.command, e.aggregate_id, e.sequence,
    e.recorded_at > clock_timestamp() - make_interval(secs => $4) or e.sequence > c.since
from (
        -- Twins wait in one group.
        select command, min(since) as since
        from unnest($1::uuid[], $2::bigint[]) as c (command, since)
        group by command
    ) as c
    join events as e on e.command = c.command and e.shard = $3
order by e.sequence
