-- Every message that was ever posted; it was there from its id, which is its position, to `to_position`. What moderators
-- decide ends nothing: a suspended account's messages are hidden by whoever shows them.
create table history_v1.message (
    id bigint not null,
    author bigint not null,
    in_reply_to bigint,
    -- Of its first edition.
    tags text[] not null,
    -- The original time of an imported message, else the same as recorded_at.
    created_at timestamptz not null,
    recorded_at timestamptz not null,
    -- Of the event that deleted it, or deactivated its author.
    to_position bigint,
    to_at timestamptz,
    deleted_by bigint,
    -- author, admin or deactivation.
    cause text,
    constraint message_pk primary key (id),
    constraint message_end check (num_nulls(to_position, to_at, deleted_by, cause) in (0, 4))
);
-- An author's messages of any moment, newest first.
create index message_by_author on history_v1.message (author, created_at, id);
-- How many replies a message had. What was deleted is counted without a look at the rows.
create index message_reply on history_v1.message (in_reply_to, id) include (to_position) where in_reply_to is not null;
-- Deletions of a week, and in the order of the log.
create index message_deleted on history_v1.message (to_position, id) where to_position is not null;

-- Every edition behind the first one, also of messages that were deleted since.
create table history_v1.edition (
    message bigint not null,
    edition integer not null,
    position bigint not null,
    made_at timestamptz not null,
    tags text[] not null,
    -- Editions rise with positions. The one of a moment is found without a look at later ones.
    constraint edition_pk primary key (message, position)
);
-- Edits of a week, and in the order of the log.
create index edition_by_position on history_v1.edition (position);

-- Which tags messages had; the empty tag stands for any, as in social_v1.message_tag, and for the same reason: the list
-- of all messages, the list of a tag and their counts at any moment are range scans of this one key.
create table history_v1.tagged (
    tag text collate "C" not null,
    created_at timestamptz not null,
    message bigint not null,
    from_position bigint not null,
    author bigint not null,
    to_position bigint,
    constraint tagged_pk primary key (tag, created_at, message, from_position) include (author, to_position)
);
grant select, insert, update, delete on history_v1.message, history_v1.edition, history_v1.tagged to rookery_reducer;
