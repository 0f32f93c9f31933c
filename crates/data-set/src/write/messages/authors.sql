-- Purpose: the authors of messages. Index: message_pk.
select id, author from message where id = any($1::bigint[])
