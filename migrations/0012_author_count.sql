-- How many messages an author created on each UTC day, per tag (the empty tag: of any). Days only: one author's
-- partial days at the edges of a range are few rows, and finer grains would cost every post four more upserts.
create table social_v1.author_count (
    author bigint not null,
    tag text not null,
    starts_at timestamptz not null,
    messages bigint not null,
    constraint author_count_pk primary key (author, tag, starts_at),
    constraint author_count_not_negative check (messages >= 0)
) with (fillfactor = 70);
