create view published.likes as
select account, message, message::text as message_id_text, position, liked_at from social_v1.liked;
