create view published.accounts as
select id, handle, display_name, bio, registered_at, restriction from social_v1.account;
