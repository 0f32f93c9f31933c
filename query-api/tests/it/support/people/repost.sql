-- Purpose: a repost with its number.
with reposted as (
    insert into social_v1.reposted (account, message, position, reposted_at) values ($1, $2, $3, now())
)
insert into social_v1.message_stat (message, reposts) values ($2, 1)
on conflict (message) do update set reposts = message_stat.reposts + 1
