create view published.notifications as
select recipient, position, kind, actor, message, notified_at from social_v1.notification;
comment on view published.notifications is
    'What others did to an account. message: the liked or reposted message, or the reply.';
