create view served.feed_entries as
select owner, position, author, message from feeds_v1.feed;
comment on view served.feed_entries is
    'Home timelines as far as they are written on post; see merged_feeds.';
