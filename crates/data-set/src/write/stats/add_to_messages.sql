-- Purpose: rows of counts where none shrinks. Index: message_stat_pk. The rows come in the order of the key.
insert into message_stat as s (message, likes, reposts, replies)
select message, likes, reposts, replies
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as g (message, likes, reposts, replies)
on conflict (message) do update
set likes = s.likes + excluded.likes,
    reposts = s.reposts + excluded.reposts,
    replies = s.replies + excluded.replies
