-- Purpose: new reposts of messages that are there, each with its notification, if it has one; answers the ones that
--   were really made.
-- Indexes: message_pk, former_account_pk, blocked_pk twice; reposted_pk decides what is new.
with known as (
    select g.account, g.message, g.position, g.reposted_at, g.is_told, m.author
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::boolean[])
        as g (account, message, position, reposted_at, is_told)
    join message m on m.id = g.message
        where not exists (select from former_account f where f.id = g.account)
      and not exists (select from blocked b where b.blocker = m.author and b.blocked = g.account)
      and not exists (select from blocked b where b.blocker = g.account and b.blocked = m.author)
), made as (
    insert into reposted (account, message, position, reposted_at)
    select account, message, position, reposted_at from known
    on conflict (account, message) do nothing
    returning account, message
), noticed as (
    -- Nobody is notified of what they did themselves.
    insert into notification (recipient, position, kind, actor, message, notified_at)
    select k.author, k.position, 'reposted', k.account, k.message, k.reposted_at
    from known k join made using (account, message)
    where k.author <> k.account and k.is_told
    on conflict (recipient, position) do nothing
)
select account, message from made
