-- Purpose: the position of a moment: $1, or before the first event that was recorded after $2; until when the messages
--   up to there were created and all events recorded; and how far the data and the log are.
-- Index: event_time_pk. The first event after a time is searched from the top, in the first block of each level that holds
--   one: seven ranges of at most 64. The newest of all events up to a position is the newest of the blocks that lie
--   before it, at most 63 of each level. checkpoint_pk.
-- Why this order: none, it is one row.
-- Why two seconds: until when all is folded is told by the reducers' clock, and on a log in Postgres an event is dated before
--   it can be seen. Clocks that differ by more, and appends that take longer, may change what a time means once.
with recursive history as (
    select position, complete_until, case when seen_at > clock_timestamp() - interval '5 seconds' then head end as head
    from published.projections
    where projection = 'history' and state = 'published' and shard = 0
), down (level, block) as (
    select 42, 0::bigint where $2::timestamptz is not null
    union all
    select d.level - 6, b.block
    from down d
    cross join lateral (
        select b.block from served.event_time_blocks b
        where b.level = d.level - 6 and b.block >= d.block << 6 and b.block < (d.block + 1) << 6 and b.recorded_at > $2
        order by b.block
        limit 1
    ) b
    where d.level > 0
), moment as (
    select
        coalesce(
            $1::bigint, (select (d.block - 1) << 8 from down d where d.level = 0), (select h.position from history h), 0
        ) as position,
        exists (select from down d where d.level = 0)
            or coalesce((select h.complete_until > $2 + interval '2 seconds' from history h), false) as is_complete
)
select
    m.position, m.is_complete, (select h.head from history h) as head, clock_timestamp() as now,
    least(
        coalesce((select position from published.projections
                   where projection = 'social' and state = 'published' and shard = 0), 0),
        coalesce((select h.position from history h), 0)
    ) as folded,
    t.created_until, t.recorded_until
from moment m
cross join lateral (
    select max(b.created_at) as created_until, max(b.recorded_at) as recorded_until
    from (values (0), (6), (12), (18), (24), (30), (36)) as l (level)
    cross join lateral (
        select b.created_at, b.recorded_at from served.event_time_blocks b
        where b.level = l.level
            and b.block >= ((((m.position >> 8) + 1) >> l.level) >> 6) << 6
            and b.block < ((m.position >> 8) + 1) >> l.level
    ) b
) t
