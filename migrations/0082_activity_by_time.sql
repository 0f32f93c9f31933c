-- What happened when, for counts per day. Times mostly rise with the log, so these grow at their right end.
call control.in_each_version('social', $$
    create index account_by_time on account (registered_at);
    create index former_account_by_time on former_account (deactivated_at);
    create index follow_by_time on follow (followed_at);
    create index liked_by_time on liked (liked_at);
    create index reposted_by_time on reposted (reposted_at);
    create index tombstone_by_time on tombstone (deleted_at);
    create index reply_by_time on message (created_at) where in_reply_to is not null;
$$);
