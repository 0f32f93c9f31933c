-- Purpose: follows that were taken back end. Index: follow_open.
update follow e
set to_position = g.position, to_at = g.at, ended_by = 'undone'
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[]) as g (follower, followee, position, at)
where e.follower = g.follower and e.followee = g.followee and e.to_position is null and e.from_position < g.position
