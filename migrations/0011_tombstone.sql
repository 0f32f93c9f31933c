-- What is left of a deleted message: enough to answer 410 to its author, nothing of what it said.
create table social_v1.tombstone (
    id bigint not null,
    author bigint not null,
    deleted_by bigint not null,
    deleted_at timestamptz not null,
    constraint tombstone_pk primary key (id)
);
