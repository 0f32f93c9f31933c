-- Purpose: likes that were taken back, with their notifications; answers the ones that were there.
-- Indexes: liked_pk, message_pk for the recipient, notification_pk.
with removed as (
    delete from social_v1.liked e
    using unnest($1::bigint[], $2::bigint[]) as g (account, message)
    where e.account = g.account and e.message = g.message
    returning e.account, e.message, e.position
), hushed as (
    delete from social_v1.notification n
    using removed r join social_v1.message m on m.id = r.message
    where n.recipient = m.author and n.position = r.position
)
select account, message from removed
