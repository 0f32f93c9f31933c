-- Purpose: the next followers of an account end; answers where they end, null when there are none.
-- Index: follow_by_followee, a range of it, and follow_pk.
with next as (
    select follower, followee, from_position
    from follow
    where followee = $1 and to_position is null and from_position > $2 and from_position < $4
    order by from_position
    limit $3
), ended as (
    update follow e
    set to_position = $4, to_at = $5, ended_by = 'deactivated'
    from next n
    where e.follower = n.follower and e.followee = n.followee and e.from_position = n.from_position
)
select max(from_position) from next
