create view published.accounts as
select id, handle, display_name, bio, registered_at, restriction from social_v1.account;
comment on view published.accounts is
    'Accounts that are not deactivated. restriction: silenced or suspended, by a moderator; null for neither.';
