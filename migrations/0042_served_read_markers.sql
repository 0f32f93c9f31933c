create view served.read_markers as
select account, until from social_v1.read_marker;
comment on view served.read_markers is
    'Up to which position an account has read its notifications.';
