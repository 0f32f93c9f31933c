-- Purpose: new follows, each with its notification, if it has one; answers the ones that were really made.
-- Indexes: former_account_pk and blocked_pk twice (one condition with `or` could use none); follow_pk decides what is
--   new.
with made as (
    insert into follow (follower, followee, position, followed_at)
    select g.follower, g.followee, g.position, g.followed_at
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
        as g (follower, followee, position, followed_at)
    where not exists (select from former_account f where f.id = g.follower)
      and not exists (select from former_account f where f.id = g.followee)
      and not exists (select from blocked b where b.blocker = g.follower and b.blocked = g.followee)
      and not exists (select from blocked b where b.blocker = g.followee and b.blocked = g.follower)
    on conflict (follower, followee) do nothing
    returning follower, followee, position, followed_at
), noticed as (
    insert into notification (recipient, position, kind, actor, message, notified_at)
    select m.followee, m.position, 'followed', m.follower, null, m.followed_at
    from made m
    join unnest($3::bigint[], $5::boolean[]) as t (position, is_told) on t.position = m.position and t.is_told
    on conflict (recipient, position) do nothing
)
select follower, followee from made
