-- Every message once per tag, and once with the empty tag, which stands for "any": the list of all messages, the list
-- of a tag and the partial minutes at the edges of a count are all range scans of this one key.
create table social_v1.message_tag (
    tag text not null,
    created_at timestamptz not null,
    id bigint not null,
    author bigint not null,
    constraint message_tag_pk primary key (tag, created_at, id) include (author)
);
