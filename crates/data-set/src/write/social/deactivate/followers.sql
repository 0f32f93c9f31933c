-- Purpose: the next followers of an account. Index: follow_by_followee, a range of it.
select follower, followee, position from follow
where followee = $1 and position > $2 order by position limit $3
