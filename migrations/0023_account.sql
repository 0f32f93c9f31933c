-- One row per account that is not deactivated. The index on the handle is not unique: the log guarantees that, and two
-- accounts that exchange handles within one batch must not fail on the way.
create table social_v1.account (
    id bigint not null,
    handle text not null,
    display_name text not null,
    bio text not null,
    registered_at timestamptz not null,
    -- silenced or suspended, by a moderator; null: neither.
    restriction text,
    constraint account_pk primary key (id)
);
create index account_by_handle on social_v1.account (handle);
