-- Purpose: entries into the feeds of all followers of their authors.
-- Index: follow_by_followee, one range per entry. Why this order: that of feed_pk, so that pages are met once.
-- Without `on conflict`, which costs a third of the rows per second: the entries were really inserted just before, and
-- no feed holds an entry that is not there.
insert into feed (owner, position, author, message)
select f.follower, e.position, e.author, e.message
from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as e (author, position, message)
join follow f on f.followee = e.author
order by f.follower, e.position
