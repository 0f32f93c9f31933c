create view published.account_stats as
select account, followers, following, messages from social_v1.account_stat;
comment on view published.account_stats is
    'Counts per account; no row where all are 0.';
