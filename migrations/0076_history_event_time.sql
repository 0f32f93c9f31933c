-- When the log recorded each event, and for blocks of 64, 64 * 64 … events the newest of these times: a tree by which
-- the first event after a time, and the newest message up to a position, are found in a few short ranges of one key.
-- The log's clock may be set back, so neither order says anything about the other. Rows of one event never depend on
-- another's: a block holds maxima, which may be taken in any order.
create table history_v1.event_time (
    -- 0: an event. 6, 12, 18 …: a block of 2^level events.
    level smallint not null,
    -- The event's sequence (position >> 8), shifted right by the level.
    block bigint not null,
    recorded_at timestamptz not null,
    -- The newest `created_at` of a message among them; null where none was posted.
    created_at timestamptz,
    constraint event_time_pk primary key (level, block)
) with (fillfactor = 90);
grant select, insert, update, delete on history_v1.event_time to rookery_reducer;
