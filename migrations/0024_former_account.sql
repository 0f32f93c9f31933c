-- Accounts that were deactivated, for good. Later events about them change nothing.
create table social_v1.former_account (
    id bigint not null,
    -- Stays claimed. Empty for an account that never registered.
    handle text not null,
    deactivated_at timestamptz not null,
    constraint former_account_pk primary key (id)
);
