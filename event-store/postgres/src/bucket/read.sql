-- Purpose: an entry and its revision.
-- Index: entry's primary key.
select value, revision
from entry
where shard = $1 and bucket = $2 and key = $3 and (expires_at is null or expires_at > now())
