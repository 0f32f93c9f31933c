-- Purpose: the authors of messages. Index: message_pk.
select id, author from social_v1.message where id = any($1::bigint[])
