-- Purpose: the rows of posts $3 to $4 in their followers' feeds, and nothing else. Index: follow_by_followee, feed_pk.
insert into feeds_v1.feed (owner, position, author, message)
select f.follower, (post + 1000000) << 8, f.followee, (post + 1000000) << 8
from generate_series($3::bigint, $4::bigint - 1) post
join feeds_v1.follow f on f.followee = $1::bigint + post % $2::bigint
order by f.follower, post
