-- Purpose: who shows some messages, or a message of some accounts, to their followers.
-- Indexes: entry_by_message, one range per message; entry_pk, the range of each account.
select author from entry where message = any($1::bigint[])
union
select r.author
from entry m
join entry r on r.message = m.message
where m.author = any($2::bigint[]) and m.position = m.message
