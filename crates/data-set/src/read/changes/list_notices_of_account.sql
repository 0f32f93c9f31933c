-- Purpose: as list_notices.sql, for account $4.
-- Index: notification_pk, one range.
-- Why this order: that of the log, the oldest first.
select recipient, position
from served.notifications
where recipient = $4 and position > $1 and position <= $2
order by position
limit $3
