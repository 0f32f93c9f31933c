-- Purpose: reposts that begin, of messages that are there; some end in the same segment. Where one stands, it is a
--   repetition.
-- Indexes: message_pk, former_pk, blocked_pk twice; reposted_pk decides what is new.
insert into reposted (account, message, from_position, from_at, to_position, to_at, ended_by)
select
    g.account, g.message, g.position, g.at, g.to_position, g.to_at,
    case when g.to_position is not null then 'undone' end
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::bigint[], $6::timestamptz[])
    as g (account, message, position, at, to_position, to_at)
join message m on m.id = g.message and (m.to_position is null or m.to_position > g.position)
where not exists (select from former f where f.account = g.account and f.position < g.position)
  and not exists (
      select from blocked b where b.blocker = m.author and b.blocked = g.account and b.position < g.position)
  and not exists (
      select from blocked b where b.blocker = g.account and b.blocked = m.author and b.position < g.position)
  -- It does not stand: the last one that began before has ended.
  and not exists (
      select from (
          select e.to_position from reposted e
          where e.account = g.account and e.message = g.message and e.from_position < g.position
          order by e.from_position desc
          limit 1
      ) e
      where e.to_position is null or e.to_position > g.position)
on conflict do nothing
