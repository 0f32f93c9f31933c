-- Purpose: makes a message the reply to another one, with its number.
with reply as (
    update social_v1.message set in_reply_to = $2 where id = $1
)
insert into social_v1.message_stat (message, replies) values ($2, 1)
on conflict (message) do update set replies = message_stat.replies + 1
