-- What a projection worker last saw of its log, written about once a second. Apart from `checkpoint` so that a
-- heartbeat never waits for, or fences off, a batch.
create table control.worker_heartbeat (
    projection text not null,
    version integer not null,
    shard smallint not null,
    -- Position of the newest event in the log.
    head bigint not null,
    -- When a worker last looked. Older than a few seconds: no worker is alive.
    seen_at timestamptz not null,
    -- Until when the rows are known to be complete: the last moment at which position = head, or while behind, the
    -- time at which the log recorded the last folded event.
    complete_until timestamptz not null,
    -- Why the worker does not fold this log: its rows came from another one. Null while it does.
    refusal text,
    constraint worker_heartbeat_pk primary key (projection, version, shard),
    constraint worker_heartbeat_of_projection
        foreign key (projection, version) references control.projection on delete cascade
) with (fillfactor = 50);
