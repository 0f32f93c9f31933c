-- Purpose: the tags of a batch of messages. Index: message_tag_pk.
insert into social_v1.message_tag (tag, created_at, id, author)
select * from unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[])
