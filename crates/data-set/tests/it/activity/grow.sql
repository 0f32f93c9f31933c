-- Purpose: 40,000 messages from 30 March to 8 April 2026, most of them at 12 and 13 o'clock (UTC), every fifth at any time;
--   every tenth a reply, and likes, reposts and follows beside them.
insert into social_v1.message (id, author, text, tags, in_reply_to, created_at, edition)
select
    i * 256, i % 50, 'message', case when i % 2 = 0 then array['birds'] when i % 1001 = 0 then array['rare'] else '{}' end,
    case when i % 10 = 0 then 256 end,
    timestamptz '2026-03-30Z' + (i % 10) * interval '1 day' + case
        when i % 5 = 0 then (i * 7919 % 86400) * interval '1 second'
        else interval '12 hours' + (i * 7919 % 7200) * interval '1 second'
    end + (i * 31 % 1000000) * interval '1 microsecond',
    1
from generate_series(1::bigint, 40000) i;
insert into social_v1.message_tag (tag, created_at, id, author)
select tag, created_at, id, author from social_v1.message cross join unnest(array_append(tags, '')) tag;
insert into social_v1.liked (account, message, position, liked_at)
select i, id, id + 256, created_at from social_v1.message cross join generate_series(1, 2) i;
insert into social_v1.reposted (account, message, position, reposted_at)
select account, message, position, liked_at from social_v1.liked where account = 1;
insert into social_v1.follow (follower, followee, position, followed_at)
select message, account, position, liked_at from social_v1.liked;
