-- Purpose: rows of counts where some shrink. Index: message_stat_pk.
update message_stat s
set likes = s.likes + g.likes,
    reposts = s.reposts + g.reposts,
    replies = s.replies + g.replies
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as g (message, likes, reposts, replies)
where s.message = g.message
