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
    constraint message_pk primary key (id)
);
