-- Purpose: everybody's follows of an account. Indexes: follow_by_followee, merged_by_author, author_pk.
with unfollowed as (
    delete from follow where followee = $1
), unmerged as (
    delete from merged where author = $1
)
delete from author where account = $1
