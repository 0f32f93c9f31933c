-- Events that are not in the rows: those that could not be folded, those that wait for them, and those that were
-- dropped. None is lost (the log has them) and none stops the projection worker; this table says that the rows are a
-- fold of all events except these.
create table control.parked_event (
    projection text not null,
    version integer not null,
    shard smallint not null,
    position bigint not null,
    subject text not null,
    event_type text not null,
    -- A stable word (`undecodable`, `unknown-version`, `refused-by-database`, `too-late`, `waiting`, `dropped`), and
    -- the words for a person. The keys of what was dropped count no more.
    reason text not null,
    detail text not null,
    -- Conflict keys: `account/5`, `message/512`, `follow/5/7`. No later event that uses one of the exclusive ones may
    -- be folded before this one; the shared ones later events may share, but not use exclusively.
    exclusive_keys text[] not null,
    shared_keys text[] not null,
    parked_at timestamptz not null default now(),
    constraint parked_event_pk primary key (projection, version, shard, position),
    constraint parked_event_of_projection
        foreign key (projection, version) references control.projection on delete cascade
);
-- How many there are of each reason is asked about once a second.
create index parked_event_by_reason on control.parked_event (projection, version, shard, reason)
    where reason <> 'dropped';
-- Which accounts waiting events are about, asked by a deletion or a deactivation that comes behind them.
create index parked_event_by_shared_key on control.parked_event using gin (shared_keys) where reason <> 'dropped';
