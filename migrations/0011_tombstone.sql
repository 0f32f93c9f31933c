-- What is left of a deleted message: enough to answer 410 to its author, to hold a conversation together that went
-- on below it, and to see what gets deleted. Nothing of what it said.
create table social_v1.tombstone (
    id bigint not null,
    author bigint not null,
    deleted_by bigint not null,
    deleted_at timestamptz not null,
    -- Of the message, as it was. Null where no such message was ever there.
    created_at timestamptz,
    in_reply_to bigint,
    -- How many replies down the nearest message is that is not deleted: 1 for a reply of its own. Null where there is
    -- none within 50, and where no such message was ever there: then it is not shown in any thread. Beyond that bound a
    -- deletion would change rows without end.
    nearest_living smallint,
    -- Of the event that deleted it.
    position bigint not null,
    -- As it was posted: edits leave nothing here, so a deletion need not wait for one. Null where no such message was ever
    -- there.
    tags text[],
    -- It went because its author gave the account up.
    is_deactivation boolean not null,
    constraint tombstone_pk primary key (id)
);
-- Deleted replies that are shown, newest first.
create index tombstone_reply on social_v1.tombstone (in_reply_to, created_at, id)
    where in_reply_to is not null and nearest_living is not null;
-- The one that is nearest to something living. 50 below is too far for what they answer; and a list of replies, for
-- which this index has the wrong order, cannot be tempted by it.
create index tombstone_nearest on social_v1.tombstone (in_reply_to, nearest_living) where nearest_living < 50;
