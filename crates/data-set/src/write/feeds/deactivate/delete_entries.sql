-- Purpose: an account's messages and reposts, and everybody's reposts of its messages. Answers those that may be in
--   feeds, and in how many.
-- Indexes: entry_pk, the account's range; entry_by_message, one range per message of the account; author_pk.
with deleted as (
    delete from entry e
    using (
        select author, position from entry where author = $1
        union
        select r.author, r.position
        from entry m
        join entry r on r.message = m.message
        where m.author = $1 and m.position = m.message
    ) k
    where e.author = k.author and e.position = k.position
    returning e.author, e.position, e.message
)
select d.author, d.position, d.message, a.followers
from deleted d
join author a on a.account = d.author
