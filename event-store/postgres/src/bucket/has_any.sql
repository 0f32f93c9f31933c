-- Purpose: whether anybody ever wrote to a bucket.
-- Index: entry's primary key.
select exists (select from entry where shard = $1 and bucket = $2)
