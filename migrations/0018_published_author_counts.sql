create view published.author_counts as
select author, tag, starts_at, messages from social_v1.author_count;
comment on view published.author_counts is
    'Messages created per author and tag (empty: any) on the UTC day that begins at starts_at.';
