create view published.likes as
select account, message, position, liked_at from social_v1.liked;
comment on view published.likes is
    'Who likes which message, since which position in the log.';
