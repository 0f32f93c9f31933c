-- Every message once per tag, and once with the empty tag, which stands for "any": the list of all messages, the list
-- of a tag and what a count does not find folded are all range scans of this one key.
create table social_v1.message_tag (
    -- Folded, so that any spelling finds all spellings (ADR 15). Bytes are compared in a third of the time that a
    -- locale takes, and this key is compared for every row. The order is that of code points in any database.
    tag text collate "C" not null,
    created_at timestamptz not null,
    id bigint not null,
    author bigint not null,
    constraint message_tag_pk primary key (tag, created_at, id) include (author)
);
