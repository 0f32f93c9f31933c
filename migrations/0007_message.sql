-- One row per message that is not deleted, in its latest edition.
create table social_v1.message (
    -- The position of its MessagePosted event, so unique and in the order of the log.
    id bigint not null,
    author bigint not null,
    text text not null,
    tags text[] not null,
    in_reply_to bigint,
    created_at timestamptz not null,
    edited_at timestamptz,
    edition integer not null,
    -- When the log recorded an imported message, which has its original time in created_at; null for any other.
    imported_at timestamptz,
    -- Of the event that made the latest edition; null before the first edit.
    edit_position bigint,
    constraint message_pk primary key (id)
);
