-- Purpose: replaces an entry that still has the revision at which it was read.
-- Answer: the new revision, or no row.
-- Index: entry's primary key.
update entry
set value = $4, expires_at = now() + make_interval(secs => $5), revision = nextval('entry_revision')
where shard = $1 and bucket = $2 and key = $3 and revision = $6 and (expires_at is null or expires_at > now())
returning revision
