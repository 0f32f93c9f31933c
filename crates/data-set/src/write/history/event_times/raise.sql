-- Purpose: the times of events, and the newest ones of the blocks around them. Index: event_time_pk decides what is new.
-- Why this order: the rows come in that of the key. A maximum may be taken again.
insert into event_time as t (level, block, recorded_at, created_at)
select g.level, g.block, g.recorded_at, g.created_at
from unnest($1::smallint[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
    as g (level, block, recorded_at, created_at)
on conflict (level, block) do update
set recorded_at = greatest(t.recorded_at, excluded.recorded_at),
    created_at = greatest(t.created_at, excluded.created_at)
