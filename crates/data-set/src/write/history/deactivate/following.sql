-- Purpose: the next following of an account end; answers where they end, null when there are none.
-- Index: follow_open, a range of it, and follow_pk.
with next as (
    select follower, followee, from_position
    from follow
    where follower = $1 and to_position is null and followee > $2 and from_position < $4
    order by followee
    limit $3
), ended as (
    update follow e
    set to_position = $4, to_at = $5, ended_by = 'deactivated'
    from next n
    where e.follower = n.follower and e.followee = n.followee and e.from_position = n.from_position
)
select max(followee) from next
