-- Purpose: what activity/grow.sql leaves out: everything that a data set shows is there 20,000 times or more, but deletions,
--   of which there are few among many messages.
insert into social_v1.message_stat (message, likes) select id, 2 from social_v1.message;
insert into social_v1.message_edition (message, edition, text, tags, made_at)
select id, 1, 'before', tags, created_at from social_v1.message;
insert into social_v1.account (id, handle, display_name, bio, registered_at)
select i, 'bird_' || i, 'Bird ' || i, '', timestamptz '2026-04-01Z' from generate_series(1, 20000) i;
insert into social_v1.account_stat (account, followers) select id, 1 from social_v1.account;
insert into social_v1.former_account (id, handle, deactivated_at)
select 100000 + i, 'gone_' || i, timestamptz '2026-04-01Z' from generate_series(1, 20000) i;
insert into social_v1.moderation_action (position, account, action, roles, decided_by, decided_at)
select i * 256, i, 'warn', '{}', 2, timestamptz '2026-04-01Z' from generate_series(1, 20000) i;
insert into social_v1.report (position, reporter, account, reason, reported_at)
select i * 256, i, 1, 'spam', timestamptz '2026-04-01Z' from generate_series(1, 20000) i;
insert into history_v1.follow (follower, followee, from_position, from_at)
select follower, followee, position, followed_at from social_v1.follow;
insert into history_v1.liked (account, message, from_position, from_at)
select account, message, position, liked_at from social_v1.liked;
insert into history_v1.reposted (account, message, from_position, from_at)
select account, message, position, reposted_at from social_v1.reposted;
insert into history_v1.edition (message, edition, position, made_at, tags)
select id, 2, id + 256, created_at, tags from social_v1.message;
insert into history_v1.message (id, author, in_reply_to, tags, created_at, recorded_at, to_position, to_at, deleted_by, cause)
select id, author, in_reply_to, tags, created_at, created_at,
    case when is_gone then id + 256 end, case when is_gone then created_at end, case when is_gone then author end,
    case when is_gone then 'author' end
from (select *, id % (256 * 1000) = 0 as is_gone from social_v1.message) m;
insert into history_v1.event_time (level, block, recorded_at)
select 0, i, timestamptz '2026-04-01Z' from generate_series(1, 20000) i;
