-- Purpose: removes what has expired, some at a time, and leaves alone what somebody is writing.
-- Index: entry_by_expiry.
delete from entry
where (shard, bucket, key) in (
    select shard, bucket, key from entry where expires_at <= now() order by expires_at limit 10000
    for update skip locked
)
