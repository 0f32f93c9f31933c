-- Purpose: new messages as entries of their authors. Answers those that must be written to feeds, and to how many.
-- Indexes: former_pk, entry_pk, author_pk, one look-up each per message.
with inserted as (
    insert into entry (author, position, message)
    select g.author, g.position, g.message
    from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as g (author, position, message)
    where not exists (select from former x where x.account = g.author)
    on conflict do nothing
    returning author, position, message
)
select i.author, i.position, i.message, a.followers
from inserted i
join author a on a.account = i.author and not a.is_merged
