-- Purpose: follows that ended, with their notifications; answers the ones that were there.
-- Indexes: follow_pk, notification_pk.
with removed as (
    delete from follow e
    using unnest($1::bigint[], $2::bigint[]) as g (follower, followee)
    where e.follower = g.follower and e.followee = g.followee
    returning e.follower, e.followee, e.position
), hushed as (
    delete from notification n using removed r
    where n.recipient = r.followee and n.position = r.position
)
select follower, followee from removed
