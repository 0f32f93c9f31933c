-- Purpose: the end of every statement that shows an account by itself: its numbers, and whether the caller follows it.
-- Index: account_stat_pk and follow_pk, one look-up each.
-- Why one statement: numbers of another moment than the names could not be told by one position.
select
    p.*, a.*, f.follower is not null as followed,
    coalesce(s.followers, 0) as followers, coalesce(s.following, 0) as following, coalesce(s.messages, 0) as messages
from p
left join found a on true
left join lateral (
    select s.followers, s.following, s.messages from published.account_stats s where s.account = a.id limit 1
) s on true
left join lateral (
    select f.follower from published.follows f where f.follower = p.caller and f.followee = a.id limit 1
) f on true
