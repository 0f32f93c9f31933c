create view published.reposts as
select account, message, position, reposted_at from social_v1.reposted;
comment on view published.reposts is
    'Who reposted which message, at which position in the log.';
