-- Home timelines, written on post. Together with `merged` they hold, for every follow, the entries from visible_from
-- on.
create table feeds_v1.feed (
    owner bigint not null,
    position bigint not null,
    -- Whose entry it is: the author of the message, or who reposted it.
    author bigint not null,
    message bigint not null,
    constraint feed_pk primary key (owner, position) include (author, message)
);
