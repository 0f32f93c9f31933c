-- The latest come first: who looks for one edition has mostly found it then.
create view published.message_editions as
select id as message, id::text as message_id_text, edition, text, tags, coalesce(edited_at, created_at) as made_at
from social_v1.message
union all
select message, message::text, edition, text, tags, made_at from social_v1.message_edition;
