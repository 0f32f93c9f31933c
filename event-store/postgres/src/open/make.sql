-- Purpose: a new, empty log for a shard, with a lineage of its own. Of two who make it one does.
-- Index: log's primary key.
insert into log (shard) values ($1) on conflict (shard) do nothing
