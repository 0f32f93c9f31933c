create view published.reposts as
select account, message, message::text as message_id_text, position, reposted_at from social_v1.reposted;
