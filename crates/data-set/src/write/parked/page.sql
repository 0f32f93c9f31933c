-- Purpose: the next parked events behind a position, dropped ones among them. Index: parked_event_pk.
-- Why this order: the log's.
select position, subject, event_type, reason, detail, exclusive_keys, shared_keys, parked_at
from control.parked_event
where projection = $1 and version = $2 and shard = $3 and position > $4
order by position limit $5
