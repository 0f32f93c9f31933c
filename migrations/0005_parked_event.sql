-- Events that could not be folded. They are never lost (the log has them) and never hold up the lane; this table
-- says that the rows are a fold of all events but these.
create table control.parked_event (
    projection text not null,
    version integer not null,
    shard smallint not null,
    position bigint not null,
    subject text not null,
    event_type text not null,
    -- A stable word for metrics (`undecodable`, `refused-by-database`), and the words for a person.
    reason text not null,
    detail text not null,
    parked_at timestamptz not null default now(),
    constraint parked_event_pk primary key (projection, version, shard, position)
);
