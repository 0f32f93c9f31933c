-- Purpose: the next reposts of an account. Index: reposted_by_account, a range of it.
select account, message, position from reposted
where account = $1 and position > $2 order by position limit $3
