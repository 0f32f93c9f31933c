-- Purpose: follows that begin, some of which end in the same segment. Where one stands, it is a repetition.
-- Indexes: former_pk and blocked_pk twice (one condition with `or` could use none); follow_pk decides
--   what is new.
insert into follow (follower, followee, from_position, from_at, to_position, to_at, ended_by)
select
    g.follower, g.followee, g.position, g.at, g.to_position, g.to_at,
    case when g.to_position is not null then 'undone' end
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::bigint[], $6::timestamptz[])
    as g (follower, followee, position, at, to_position, to_at)
where not exists (select from former f where f.account = g.follower and f.position < g.position)
  and not exists (select from former f where f.account = g.followee and f.position < g.position)
  and not exists (
      select from blocked b where b.blocker = g.follower and b.blocked = g.followee and b.position < g.position)
  and not exists (
      select from blocked b where b.blocker = g.followee and b.blocked = g.follower and b.position < g.position)
  -- It does not stand: the last one that began before has ended.
  and not exists (
      select from (
          select e.to_position from follow e
          where e.follower = g.follower and e.followee = g.followee and e.from_position < g.position
          order by e.from_position desc
          limit 1
      ) e
      where e.to_position is null or e.to_position > g.position)
on conflict do nothing
