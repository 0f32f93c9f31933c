-- Purpose: moves the counters, and tells those who follow the log that there are news; they are told at the commit.
-- Index: log's primary key.
with counted as (update log set head = $2, bytes = $3 where shard = $1)
select pg_notify($4, '')
