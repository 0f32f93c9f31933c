create view published.message_editions as
select message, edition, text, tags, made_at from social_v1.message_edition
union all
select id, edition, text, tags, coalesce(edited_at, created_at) from social_v1.message;
comment on view published.message_editions is 'Every edition of every message that is not deleted.';
