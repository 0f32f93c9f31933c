-- Purpose: the end of every statement that shows an account by itself: its numbers, and whether the caller follows,
--   blocks or mutes it.
-- Index: account_stat_pk, follow_pk, blocked_pk and muted_pk, one look-up each.
-- Why one statement: numbers of another moment than the names could not be told by one position.
select
    p.*, a.*, f.follower is not null as followed,
    b.blocker is not null as blocked, u.muter is not null as muted,
    coalesce(s.followers, 0) as followers, coalesce(s.following, 0) as following, coalesce(s.messages, 0) as messages
from p
left join found a on true
left join lateral (
    select s.followers, s.following, s.messages from published.account_stats s where s.account = a.id limit 1
) s on true
left join lateral (
    select f.follower from published.follows f where f.follower = p.caller and f.followee = a.id limit 1
) f on true
left join lateral (
    select b.blocker from served.blocks b where b.blocker = p.caller and b.blocked = a.id limit 1
) b on true
left join lateral (
    select u.muter from served.mutes u where u.muter = p.caller and u.muted = a.id limit 1
) u on true
