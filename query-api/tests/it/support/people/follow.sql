-- Purpose: a follow with its numbers.
with follow as (
    insert into social_v1.follow (follower, followee, position, followed_at) values ($1, $2, $3, now())
), follower as (
    insert into social_v1.account_stat (account, following) values ($1, 1)
    on conflict (account) do update set following = account_stat.following + 1
)
insert into social_v1.account_stat (account, followers) values ($2, 1)
on conflict (account) do update set followers = account_stat.followers + 1
