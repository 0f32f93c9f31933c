-- Purpose: new bookmarks of messages that are there, of which nobody is told; answers the ones that were really made.
-- Indexes: message_pk, former_account_pk, blocked_pk twice; bookmarked_pk decides what is new.
insert into bookmarked (account, message, position, bookmarked_at)
select g.account, g.message, g.position, g.bookmarked_at
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::boolean[])
    as g (account, message, position, bookmarked_at, is_told)
join message m on m.id = g.message
where not exists (select from former_account f where f.id = g.account)
  and not exists (select from blocked b where b.blocker = m.author and b.blocked = g.account)
  and not exists (select from blocked b where b.blocker = g.account and b.blocked = m.author)
on conflict (account, message) do nothing
returning account, message
