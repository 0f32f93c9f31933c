-- Purpose: four days of March 2026, the second of which has 23 hours in New York.
insert into social_v1.account (id, handle, display_name, bio, registered_at) values
    (1, 'heron', '', '', '2026-03-07 00:00Z'), (2, 'wren', '', '', '2026-03-07 23:59:59.999999Z');
insert into social_v1.message (id, author, text, tags, in_reply_to, created_at, edition) values
    (256, 1, 'one', '{}', null, '2026-03-08 00:00Z', 1), (512, 2, 'two', '{birds,owls}', 256, '2026-03-08 12:00Z', 1),
    (768, 2, 'three', '{}', null, '2026-03-08 23:59:59.999999Z', 1), (1024, 1, 'four', '{}', null, '2026-03-10 00:00Z', 1);
insert into social_v1.message_tag (tag, created_at, id, author)
select tag, created_at, id, author from social_v1.message cross join unnest(array_append(tags, '')) tag;
insert into social_v1.liked (account, message, position, liked_at) values (1, 512, 1280, '2026-03-08 13:00Z');
insert into social_v1.reposted (account, message, position, reposted_at) values (1, 512, 1536, '2026-03-10 13:00Z');
insert into social_v1.follow (follower, followee, position, followed_at) values (1, 2, 1792, '2026-03-08 00:00Z');
insert into social_v1.tombstone (id, author, deleted_by, deleted_at, created_at, position, is_deactivation)
values (2048, 1, 1, '2026-03-10 05:00Z', '2026-03-08 05:00Z', 2304, false);
insert into social_v1.former_account (id, handle, deactivated_at) values (3, 'egret', '2026-03-10 04:00Z');
