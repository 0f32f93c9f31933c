-- Purpose: enough rows that a scan would be a mistake, and no statistics about them.
alter table social_v1.message set (autovacuum_enabled = off);
alter table social_v1.message_tag set (autovacuum_enabled = off);
insert into social_v1.message (id, author, text, tags, created_at, edition)
select i * 256, i % 50, 'message ' || i, array['birds'], timestamptz '2026-01-01Z' + i * interval '1 minute', 1
from generate_series(1::bigint, 5000) i;
insert into social_v1.message_tag (tag, created_at, id, author)
select tag, created_at, id, author from social_v1.message cross join unnest(array['', 'birds']) tag;
insert into social_v1.message_count (author, tag, granularity, starts_at, messages)
select 0, tag, granularity::control.granularity, date_trunc(granularity, created_at, 'UTC'), count(*)
from social_v1.message_tag cross join unnest(array['minute', 'hour', 'day', 'month']) granularity
group by 1, 2, 3, 4;

-- Everybody replied to, likes, reposted, bookmarked and follows; account 1 and message 256 are the busiest.
alter table social_v1.account set (autovacuum_enabled = off);
alter table social_v1.account_stat set (autovacuum_enabled = off);
alter table social_v1.message_stat set (autovacuum_enabled = off);
alter table social_v1.follow set (autovacuum_enabled = off);
alter table social_v1.liked set (autovacuum_enabled = off);
alter table social_v1.reposted set (autovacuum_enabled = off);
alter table social_v1.bookmarked set (autovacuum_enabled = off);
alter table social_v1.notification set (autovacuum_enabled = off);
alter table social_v1.read_marker set (autovacuum_enabled = off);
alter table social_v1.tombstone set (autovacuum_enabled = off);
update social_v1.message set in_reply_to = case when id % 512 = 0 then 256 else id - 256 end where id > 256;
insert into social_v1.account (id, handle, display_name, bio, registered_at)
select i, 'bird_' || i, 'Bird ' || i, '', now() from generate_series(1, 5000) i;
insert into social_v1.account_stat (account, followers) select id, 1 from social_v1.account;
insert into social_v1.message_stat (message, likes) select id, 1 from social_v1.message;
insert into social_v1.follow (follower, followee, position, followed_at)
select i, 1, i * 256, now() from generate_series(2, 5000) i
union all
select 1, i, (5000 + i) * 256, now() from generate_series(2, 5000) i;
insert into social_v1.liked (account, message, position, liked_at)
select i, 256, i * 256, now() from generate_series(1, 5000) i
union all
select 1, i * 256, (5000 + i) * 256, now() from generate_series(2, 5000) i;
insert into social_v1.reposted (account, message, position, reposted_at)
select account, message, position, liked_at from social_v1.liked;
insert into social_v1.bookmarked (account, message, position, bookmarked_at)
select account, message, position, liked_at from social_v1.liked;
insert into social_v1.notification (recipient, position, kind, actor, message, notified_at)
select 1, i * 256, 'liked', i, 256, now() from generate_series(2, 5000) i;
insert into social_v1.read_marker (account, until) select id, 256 from social_v1.account;
insert into social_v1.tombstone (
    id, author, deleted_by, deleted_at, created_at, in_reply_to, nearest_living, position, is_deactivation
)
select i, 1, 1, now(), now(), case when i % 2 = 0 then 256 else i - 1 end, 1, i + 1, false from generate_series(3000000, 3005000) i;
