-- Who followed whom, from when to when. A pair that was followed again has several rows.
create table history_v1.follow (
    follower bigint not null,
    followee bigint not null,
    from_position bigint not null,
    -- The original time of an imported follow.
    from_at timestamptz not null,
    to_position bigint,
    to_at timestamptz,
    -- undone: taken back, also by a block, of which nobody is told. deactivated: one of the two accounts was given up.
    ended_by text,
    constraint follow_pk primary key (follower, followee, from_position),
    constraint follow_end check (num_nulls(to_position, to_at, ended_by) in (0, 3))
);
create unique index follow_open on history_v1.follow (follower, followee) where to_position is null;
-- The followers of an account at any moment, and how they grew.
create index follow_by_followee on history_v1.follow (followee, from_position) include (follower, to_position);

-- Who liked what, from when to when.
create table history_v1.liked (
    account bigint not null,
    message bigint not null,
    from_position bigint not null,
    from_at timestamptz not null,
    to_position bigint,
    to_at timestamptz,
    -- deleted: the message went, alone or with its author's account. deactivated: the account that liked it did.
    ended_by text,
    constraint liked_pk primary key (account, message, from_position),
    constraint liked_end check (num_nulls(to_position, to_at, ended_by) in (0, 3))
);
create unique index liked_open on history_v1.liked (account, message) where to_position is null;
-- How many likes a message had at any moment, and whether somebody was among them.
create index liked_by_message on history_v1.liked (message, from_position) include (account, to_position);

-- Who reposted what, from when to when; as liked.
create table history_v1.reposted (
    account bigint not null,
    message bigint not null,
    from_position bigint not null,
    from_at timestamptz not null,
    to_position bigint,
    to_at timestamptz,
    ended_by text,
    constraint reposted_pk primary key (account, message, from_position),
    constraint reposted_end check (num_nulls(to_position, to_at, ended_by) in (0, 3))
);
create unique index reposted_open on history_v1.reposted (account, message) where to_position is null;
create index reposted_by_message on history_v1.reposted (message, from_position) include (account, to_position);

-- What decides whether an edge can begin; see social_v1.blocked and social_v1.former_account. Private.
create table history_v1.blocked (
    blocker bigint not null,
    blocked bigint not null,
    position bigint not null,
    constraint blocked_pk primary key (blocker, blocked)
);
create index blocked_by_blocked on history_v1.blocked (blocked);
create table history_v1.former (
    account bigint not null,
    position bigint not null,
    constraint former_pk primary key (account)
);
grant select, insert, update, delete on history_v1.follow, history_v1.liked, history_v1.reposted, history_v1.blocked,
    history_v1.former to rookery_reducer;
