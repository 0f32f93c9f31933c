-- One row per shard: which log this is, and how far it has come. Whoever appends holds the row's lock until commit, so
-- that events become visible in the order of their sequences, and a rolled-back append leaves no gap.
create table log (
    shard smallint primary key,
    -- With the time it is the log's lineage.
    id uuid not null default gen_random_uuid(),
    made_at timestamptz not null default clock_timestamp(),
    -- Sequence of the newest event.
    head bigint not null default 0 check (head >= 0),
    -- What the events' data, metadata and subjects take together; indexes and row headers come on top.
    bytes bigint not null default 0 check (bytes >= 0)
)
with (fillfactor = 10);
