-- Whose it was is for the API to know, which tells its author and admins alone: see tombstones.
create view published.deleted_messages as
select
    id, id::text as id_text, position as changed_position, deleted_at,
    case when is_deactivation then 'deactivation' when deleted_by = author then 'author' else 'admin' end as cause,
    created_at, tags, in_reply_to, in_reply_to::text as in_reply_to_id_text, nearest_living
from social_v1.tombstone;

-- What conversations are made of. A deleted message without anything living below it is in none.
create view served.thread_messages as
select id, author, text, tags, in_reply_to, created_at, edited_at, edition from social_v1.message
union all
select id, null::bigint, null::text, null::text[], in_reply_to, created_at, null::timestamptz, null::integer
from social_v1.tombstone
where nearest_living is not null;
comment on view served.thread_messages is
    'Messages, and in the places of deleted ones to which living replies lead, rows without author, text, tags and edition.';

-- What replies refer to. What somebody answered is there in any case, so that a reference never fails.
create view published.message_ids as
select id, id::text as id_text, state from (
    select id, 'present' as state from social_v1.message
    union all
    select id, case when created_at is null then 'unknown' else 'deleted' end from social_v1.tombstone
    union all
    select r.in_reply_to, 'unknown'
    from (
        select in_reply_to from social_v1.message where in_reply_to is not null
        union
        select in_reply_to from social_v1.tombstone where in_reply_to is not null
    ) r
    where not exists (select from social_v1.message m where m.id = r.in_reply_to)
      and not exists (select from social_v1.tombstone t where t.id = r.in_reply_to)
) known;
