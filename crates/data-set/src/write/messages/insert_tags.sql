-- Purpose: tags that an edit added. Index: message_tag_pk.
insert into message_tag (tag, created_at, id, author)
select * from unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[])
on conflict do nothing
