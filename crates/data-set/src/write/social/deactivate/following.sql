-- Purpose: the next accounts that an account follows. Index: follow_by_follower, a range of it.
select follower, followee, position from follow
where follower = $1 and position > $2 order by position limit $3
