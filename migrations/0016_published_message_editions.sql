create view published.message_editions as
select message, message::text as message_id_text, edition, text, tags, made_at from social_v1.message_edition
union all
select id, id::text, edition, text, tags, coalesce(edited_at, created_at) from social_v1.message;
