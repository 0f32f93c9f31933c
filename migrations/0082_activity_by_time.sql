-- What happened when, for counts per day. Times mostly rise with the log, so these grow at their right end.
create index account_by_time on social_v1.account (registered_at);
create index former_account_by_time on social_v1.former_account (deactivated_at);
create index follow_by_time on social_v1.follow (followed_at);
create index liked_by_time on social_v1.liked (liked_at);
create index reposted_by_time on social_v1.reposted (reposted_at);
create index tombstone_by_time on social_v1.tombstone (deleted_at);
create index reply_by_time on social_v1.message (created_at) where in_reply_to is not null;
