-- Follows whose entries from `since` on are not in `feed` but merged on read.
create table feeds_v1.merged (
    owner bigint not null,
    author bigint not null,
    since bigint not null,
    constraint merged_pk primary key (owner, author)
);
create index merged_by_author on feeds_v1.merged (author) include (owner, since);
