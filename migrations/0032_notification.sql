-- What others did to an account, newest last. A notification goes when what it tells of is undone.
create table social_v1.notification (
    recipient bigint not null,
    -- Of the event that it tells of.
    position bigint not null,
    kind control.notice not null,
    actor bigint not null,
    -- The liked or reposted message, or the reply; null for a follow.
    message bigint,
    notified_at timestamptz not null,
    constraint notification_pk primary key (recipient, position)
);
-- What one account did, newest last: of a stranger's deeds only the newest are shown.
create index notification_by_actor on social_v1.notification (recipient, actor, kind, position);
-- A deleted message takes its notifications along.
create index notification_by_message on social_v1.notification (message) where message is not null;
