-- Counts per message; rows as in account_stat.
create table social_v1.message_stat (
    message bigint not null,
    likes bigint not null default 0,
    reposts bigint not null default 0,
    replies bigint not null default 0,
    constraint message_stat_pk primary key (message),
    constraint message_stat_not_negative check (likes >= 0 and reposts >= 0 and replies >= 0)
) with (fillfactor = 70);
