create view published.tag_counts as
select tag, grain, starts_at, messages from social_v1.tag_count;
comment on view published.tag_counts is
    'Messages created per tag (empty: any) in the minute, hour or day (UTC) that begins at starts_at.';
