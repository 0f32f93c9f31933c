-- How far a projection has folded a shard. Updated in the transaction that writes the rows, with the old position
-- as the fence: of two workers of one projection only one can commit a batch.
create table control.checkpoint (
    projection text not null,
    version integer not null,
    shard smallint not null,
    -- Position (sequence << 8 | shard) of the last folded event; 0 before the first.
    position bigint not null default 0,
    -- Which log was folded. A worker refuses to go on with another one.
    lineage text not null,
    -- The id of the event at that position. A log that lost its end and grew again has another one there.
    event uuid,
    -- Counts the changes to the parked events that the projection worker did not make itself. A worker that knows
    -- another number writes nothing: it reads the parked events again first.
    parked_generation bigint not null default 0,
    folded_at timestamptz not null default now(),
    constraint checkpoint_pk primary key (projection, version, shard),
    constraint checkpoint_position_not_negative check (position >= 0),
    constraint checkpoint_of_projection
        foreign key (projection, version) references control.projection on delete cascade
) with (fillfactor = 50);
