create view published.former_accounts as
select id, handle, deactivated_at from social_v1.former_account;
