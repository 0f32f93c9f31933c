-- Purpose: the follows that the fold made of the log. Index: follow_pk, follow_by_followee.
insert into feeds_v1.follow (follower, followee, position, visible_from)
select follower, followee, 256, 0
from generate_series($1::bigint, $1 + $2::bigint - 1) followee, generate_series($3::bigint, $3 + $4::bigint - 1) follower
