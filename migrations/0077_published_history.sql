create view published.follow_history as
select follower, followee, from_position, from_at, to_position, to_at, ended_by from history_v1.follow;
comment on view published.follow_history is
    'Every follow there ever was. It stood from from_position to before to_position (null: it still stands); from_at is the original time of an imported one. ended_by: undone or deactivated.';

create view published.like_history as
select account, message, from_position, from_at, to_position, to_at, ended_by from history_v1.liked;
comment on view published.like_history is
    'Every like there ever was, as in follow_history. ended_by: undone, deleted (the message) or deactivated (the account).';

create view published.repost_history as
select account, message, from_position, from_at, to_position, to_at, ended_by from history_v1.reposted;
comment on view published.repost_history is
    'Every repost there ever was, as in like_history.';

create view published.message_history as
select id, author, in_reply_to, tags, created_at, recorded_at, to_position, to_at from history_v1.message;
comment on view published.message_history is
    'Every message that was ever posted, without its text; tags are those of the first edition. It was there from its id, which is a position, to before to_position (null: it is still there).';

create view published.tag_history as
select tag, created_at, message, from_position, author, to_position from history_v1.tagged;
comment on view published.tag_history is
    'Which tags messages had, from when to when; the empty tag stands for any. created_at and author are the message''s.';

create view published.edit_history as
select message, edition, position, made_at, tags from history_v1.edition;
comment on view published.edit_history is
    'Every edit. What it said is in message_editions under message and edition, as long as the message is not deleted.';

create view published.deletion_history as
select id as message, author, created_at, to_position as position, to_at as deleted_at, deleted_by, cause
from history_v1.message
where to_position is not null;
comment on view published.deletion_history is
    'Every deletion of a message that was there. cause: author, admin, or deactivation of the author''s account.';

create view published.event_times as
select block << 8 as position, recorded_at from history_v1.event_time where level = 0;
comment on view published.event_times is
    'When the log recorded each event, by the log''s own clock.';

-- For whoever looks for a moment: see migration 0076.
create view published.event_time_blocks as
select level, block, recorded_at, created_at from history_v1.event_time;
comment on view published.event_time_blocks is
    'The newest times of blocks of events, by which the query API finds moments.';
grant select on published.follow_history, published.like_history, published.repost_history, published.message_history,
    published.tag_history, published.edit_history, published.deletion_history, published.event_times
    to rookery_reader, rookery_reducer;
grant select on published.event_time_blocks to rookery_query_api, rookery_reducer;
