create view published.read_markers as
select account, until from social_v1.read_marker;
comment on view published.read_markers is
    'Up to which position an account has read its notifications.';
