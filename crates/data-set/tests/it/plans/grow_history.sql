-- Purpose: as grow.sql, for what the past is told from.
alter table history_v1.message set (autovacuum_enabled = off);
alter table history_v1.tagged set (autovacuum_enabled = off);
alter table history_v1.edition set (autovacuum_enabled = off);
alter table history_v1.liked set (autovacuum_enabled = off);
alter table history_v1.reposted set (autovacuum_enabled = off);
alter table history_v1.follow set (autovacuum_enabled = off);
alter table history_v1.event_time set (autovacuum_enabled = off);
insert into history_v1.message (id, author, in_reply_to, tags, created_at, recorded_at)
select id, author, in_reply_to, tags, created_at, created_at from social_v1.message;
insert into history_v1.tagged (tag, created_at, message, from_position, author)
select tag, created_at, id, id, author from social_v1.message_tag;
insert into history_v1.edition (message, edition, position, made_at, tags)
select id, 2, 2000000 + id, created_at, tags from social_v1.message;
insert into history_v1.liked (account, message, from_position, from_at)
select account, message, position, liked_at from social_v1.liked;
insert into history_v1.reposted (account, message, from_position, from_at)
select account, message, position, reposted_at from social_v1.reposted;
insert into history_v1.follow (follower, followee, from_position, from_at)
select follower, followee, position, followed_at from social_v1.follow;
insert into history_v1.event_time (level, block, recorded_at, created_at)
select l, (id >> 8) >> l, max(created_at), max(created_at)
from social_v1.message cross join generate_series(0, 36, 6) l
group by 1, 2;
