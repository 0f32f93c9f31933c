-- Accounts that were deactivated; see social_v1.former_account.
create table feeds_v1.former (
    account bigint not null,
    constraint former_pk primary key (account)
);
