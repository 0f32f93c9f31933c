-- For streams: what happened, in the order of the log.
create index reposted_by_position on history_v1.reposted (from_position);
create index notification_by_position on social_v1.notification (position) include (recipient);
