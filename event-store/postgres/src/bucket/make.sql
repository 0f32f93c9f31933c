-- Purpose: writes an entry where there is none, or only one that has expired.
-- Answer: the new revision, or no row.
-- Index: entry's primary key.
insert into entry as e (shard, bucket, key, value, expires_at, revision)
select $1, $2, $3, $4, now() + make_interval(secs => $5), nextval('entry_revision')
-- The statements for both cases take the same parameters.
where $6::bigint = 0
on conflict (shard, bucket, key) do update
    set value = excluded.value, expires_at = excluded.expires_at, revision = excluded.revision
    where e.expires_at <= now()
returning e.revision
