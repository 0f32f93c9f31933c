create view published.account_stats as
select account, followers, following, messages from social_v1.account_stat;
