-- Replies to a message, newest first. Most messages answer nothing and are not in it.
create index message_reply on social_v1.message (in_reply_to, created_at, id) where in_reply_to is not null;
