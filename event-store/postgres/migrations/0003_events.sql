-- The log. The first seven columns are the table of postgres-es, so that its repository can read it; the rest have
-- no place there.
create table events (
    -- The third part of the subject.
    aggregate_type text not null,
    -- The whole subject, as in ev.0.outbox.7 or ev.0.edits.513.
    aggregate_id text not null,
    -- Of the shard, not of the subject: the place in the one order that there is.
    sequence bigint not null check (sequence > 0),
    -- With version: rookery.message.posted.v1.
    event_type text not null,
    event_version text not null,
    -- To the byte as it was appended (type json keeps the text); null where the data is no JSON.
    payload json not null,
    -- The envelope: names and values of headers.
    metadata json not null,
    shard smallint not null,
    command uuid not null,
    recorded_at timestamptz not null default clock_timestamp(),
    -- The data that is no JSON.
    raw bytea,
    primary key (aggregate_type, aggregate_id, sequence)
);

-- The log's order: tails, and the event at a sequence.
create unique index events_in_order on events (shard, sequence);

-- Whether a command's events are there already.
create index events_of_command on events (command);
