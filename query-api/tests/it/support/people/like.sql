-- Purpose: a like with its number.
with liked as (
    insert into social_v1.liked (account, message, position, liked_at) values ($1, $2, $3, now())
)
insert into social_v1.message_stat (message, likes) values ($2, 1)
on conflict (message) do update set likes = message_stat.likes + 1
