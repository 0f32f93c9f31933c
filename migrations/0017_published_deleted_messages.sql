create view published.deleted_messages as
select id, author, deleted_by, deleted_at, created_at, in_reply_to, nearest_living from social_v1.tombstone;
comment on view published.deleted_messages is
    'Messages that were deleted, by whom and when; when they were created and what they answered. nearest_living: how many replies below the nearest message is that is not deleted, at most 50.';

-- What conversations are made of. A deleted message without anything living below it is in none.
create view published.thread_messages as
select id, author, text, tags, in_reply_to, created_at, edited_at, edition from social_v1.message
union all
select id, null::bigint, null::text, null::text[], in_reply_to, created_at, null::timestamptz, null::integer
from social_v1.tombstone
where nearest_living is not null;
comment on view published.thread_messages is
    'Messages, and in the places of deleted ones to which living replies lead, rows without author, text, tags and edition.';
