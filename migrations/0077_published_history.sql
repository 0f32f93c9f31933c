create view published.follow_history as
select follower, followee, from_position, from_at, to_position, to_at, ended_by from history_v1.follow;

create view published.like_history as
select account, message, message::text as message_id_text, from_position, from_at, to_position, to_at, ended_by from history_v1.liked;

create view published.repost_history as
select account, message, message::text as message_id_text, from_position, from_at, to_position, to_at, ended_by from history_v1.reposted;

create view published.edit_history as
select message, message::text as message_id_text, edition, position, made_at, tags from history_v1.edition;

-- Neither whose they were nor what they said, as in deleted_messages.
create view published.deletion_history as
select id as message, id::text as message_id_text, created_at, to_position as position, to_at as deleted_at, cause
from history_v1.message
where to_position is not null;

create view published.event_times as
select block << 8 as position, recorded_at from history_v1.event_time where level = 0;
grant select on published.follow_history, published.like_history, published.repost_history, published.edit_history,
    published.deletion_history, published.event_times to rookery_reader, rookery_reducer;

-- For the query API: what the answers to `asOf` are read from.
create view served.message_history as
select id, author, in_reply_to, tags, created_at, recorded_at, to_position, to_at, cause from history_v1.message;
create view served.tag_history as
select tag, created_at, message, from_position, author, to_position from history_v1.tagged;
create view served.event_time_blocks as
select level, block, recorded_at, created_at from history_v1.event_time;
comment on view served.message_history is 'Messages that were ever there, and until when.';
comment on view served.tag_history is 'Tags of messages, and from when until when they had them.';
comment on view served.event_time_blocks is 'The latest time of each block of events, by levels of blocks.';
grant select on served.message_history, served.tag_history, served.event_time_blocks
    to rookery_query_api, rookery_reducer;
