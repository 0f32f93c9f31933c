create view served.folded_counts as
select author, tag, granularity as grain, starts_at, messages from social_v1.message_count;
comment on view served.folded_counts is
    'Counts as they are stored, finer grains only where there are many; complete counts: tag_counts and author_counts.';
