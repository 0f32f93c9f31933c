-- Purpose: an account's follows; answers whom it followed. Index: follow_pk, the follower's range.
delete from follow where follower = $1 returning followee
