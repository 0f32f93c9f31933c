create view served.notifications as
select recipient, position, kind, actor, message, notified_at from social_v1.notification;
comment on view served.notifications is
    'What others did to an account. message: the liked or reposted message, or the reply.';
