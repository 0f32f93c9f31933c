-- Purpose: likes that were taken back, with their notifications; answers the ones that were there.
-- Indexes: liked_pk, message_pk for the recipient, notification_pk.
with removed as (
    delete from liked e
    using unnest($1::bigint[], $2::bigint[]) as g (account, message)
    where e.account = g.account and e.message = g.message
    returning e.account, e.message, e.position
), told as materialized (
    -- Apart, so that recipient and position are looked up together: with both tables in one join the planner may go
    -- through all notifications of a recipient for each position.
    select m.author as recipient, r.position
    from removed r join message m on m.id = r.message
), hushed as (
    delete from notification n using told t
    where n.recipient = t.recipient and n.position = t.position
)
select account, message from removed
