-- What is kept and is no event: password hashes, refresh families, signing keys, failed tries.
create table entry (
    shard smallint not null,
    bucket text not null,
    key text not null,
    -- Null: deleted.
    value bytea,
    -- Drawn from the sequence below, so that no entry ever has the same one twice.
    revision bigint not null,
    -- Null: kept for ever. What has expired counts as never written.
    expires_at timestamptz,
    primary key (shard, bucket, key)
);

create sequence entry_revision;

-- The clean-up.
create index entry_by_expiry on entry (expires_at) where expires_at is not null;
