create view published.accounts as
select id, handle, display_name, bio, registered_at from social_v1.account;
comment on view published.accounts is
    'Accounts that are not deactivated.';
