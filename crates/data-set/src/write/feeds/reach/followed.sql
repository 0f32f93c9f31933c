-- Purpose: whom some accounts follow. Index: follow_pk, the range of each account.
select distinct followee from follow where follower = any($1::bigint[])
