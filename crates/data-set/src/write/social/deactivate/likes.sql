-- Purpose: the next likes of an account. Index: liked_by_account, a range of it.
select account, message, position from liked
where account = $1 and position > $2 order by position limit $3
