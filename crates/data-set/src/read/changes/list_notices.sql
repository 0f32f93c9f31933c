-- Purpose: whose notifications there are behind position $1 and up to $2, and of which events; at most $3.
-- Index: notification_by_position, one range.
-- Why this order: that of the log, the oldest first.
select recipient, position
from served.notifications
where position > $1 and position <= $2
order by position
limit $3
