-- Who likes what; position as in follow.
create table social_v1.liked (
    account bigint not null,
    message bigint not null,
    position bigint not null,
    liked_at timestamptz not null,
    constraint liked_pk primary key (account, message)
);
create index liked_by_message on social_v1.liked (message, position);
create index liked_by_account on social_v1.liked (account, position);
