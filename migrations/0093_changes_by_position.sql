-- For streams: what happened, in the order of the log.
call control.in_each_version('history', $$
    create index reposted_by_position on reposted (from_position)
$$);
call control.in_each_version('social', $$
    create index notification_by_position on notification (position) include (recipient)
$$);
