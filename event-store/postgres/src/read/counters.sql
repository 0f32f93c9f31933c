-- Purpose: which log a shard has, and how far it has come.
-- Index: log's primary key.
select id, made_at, head, bytes from log where shard = $1
