create view published.message_tags as
select tag, created_at, id, id::text as id_text, author from social_v1.message_tag;
