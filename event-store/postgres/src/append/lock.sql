-- Purpose: the shard's counters, locked until the transaction ends. A statement of its own: those after it then see all
-- that whoever held the lock before has committed.
-- Index: log's primary key.
select id, made_at, head, bytes from log where shard = $1 for update
