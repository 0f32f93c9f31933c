-- Purpose: tell authors of replies; answers the message that each reply answers, where it is there.
-- Index: message_pk; blocked_pk twice. After the insert, so that a reply to a message of the same segment finds it.
with answered as (
    select g.id, g.author, g.replied_at, g.is_told, p.id as parent, p.author as recipient
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::boolean[])
        as g (id, author, parent, replied_at, is_told)
    join message p on p.id = g.parent
), noticed as (
    insert into notification (recipient, position, kind, actor, message, notified_at)
    select recipient, id, 'replied', author, id, replied_at from answered
    where recipient <> author and is_told
      and not exists (select from blocked b where b.blocker = recipient and b.blocked = author)
      and not exists (select from blocked b where b.blocker = author and b.blocked = recipient)
    on conflict (recipient, position) do nothing
)
select parent from answered
