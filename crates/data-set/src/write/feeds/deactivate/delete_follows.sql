-- Purpose: an account's follows; answers whom it followed. Index: follow_pk, the follower's range.
delete from feeds_v1.follow where follower = $1 returning followee
