-- Purpose: take the next notifications away from an account; answers where they end, null when there are none.
-- Index: notification_pk, a range of it.
with next as (
    select position from notification
    where recipient = $1 and position > $2 order by position limit $3
), deleted as (
    delete from notification n using next where n.recipient = $1 and n.position = next.position
)
select max(position) from next
