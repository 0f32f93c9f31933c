create view published.message_stats as
select message, likes, reposts, replies from social_v1.message_stat;
comment on view published.message_stats is
    'Counts per message; no row where all are 0.';
