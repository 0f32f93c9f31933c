-- Purpose: everybody's follows of an account. Indexes: follow_by_followee, merged_by_author, author_pk.
with unfollowed as (
    delete from feeds_v1.follow where followee = $1
), unmerged as (
    delete from feeds_v1.merged where author = $1
)
delete from feeds_v1.author where account = $1
