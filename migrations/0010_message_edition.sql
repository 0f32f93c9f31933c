-- Editions that a later one replaced. The latest is in `message`.
create table social_v1.message_edition (
    message bigint not null,
    edition integer not null,
    text text not null,
    tags text[] not null,
    made_at timestamptz not null,
    constraint message_edition_pk primary key (message, edition)
);
