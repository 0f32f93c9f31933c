-- Purpose: whom some accounts follow. Index: follow_pk, the range of each account.
select distinct followee from feeds_v1.follow where follower = any($1::bigint[])
