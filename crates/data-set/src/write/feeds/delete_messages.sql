-- Purpose: entries of deleted messages, reposts among them. Answers those that may be in feeds, and in how many.
-- Indexes: entry_by_message, one range per message; author_pk.
with deleted as (
    delete from entry where message = any($1::bigint[])
    returning author, position, message
)
select d.author, d.position, d.message, a.followers
from deleted d
join author a on a.account = d.author
