-- Up to which position an account has read its notifications.
create table social_v1.read_marker (
    account bigint not null,
    until bigint not null,
    constraint read_marker_pk primary key (account)
);
