-- Purpose: reposts that were taken back. Answers as delete_messages.sql does.
-- Indexes: entry_by_message by message and author; author_pk.
with deleted as (
    delete from entry e
    using unnest($1::bigint[], $2::bigint[]) as g (author, message)
    where e.message = g.message and e.author = g.author and e.position <> e.message
    returning e.author, e.position, e.message
)
select d.author, d.position, d.message, a.followers
from deleted d
join author a on a.account = d.author
