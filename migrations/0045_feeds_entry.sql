-- What each account showed its followers: its messages (position = message) and its reposts (position of the repost).
create table feeds_v1.entry (
    author bigint not null,
    position bigint not null,
    message bigint not null,
    constraint entry_pk primary key (author, position) include (message)
);
-- By author before position: whether an account has reposted a message must not cost more the more often others did.
create index entry_by_message on feeds_v1.entry (message, author, position);
