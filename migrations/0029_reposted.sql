-- Who reposted what; position as in follow.
create table social_v1.reposted (
    account bigint not null,
    message bigint not null,
    position bigint not null,
    reposted_at timestamptz not null,
    constraint reposted_pk primary key (account, message)
);
create index reposted_by_message on social_v1.reposted (message, position);
create index reposted_by_account on social_v1.reposted (account, position);
