create view served.merged_feeds as
select owner, author, since from feeds_v1.merged;
comment on view served.merged_feeds is
    'Follows of which the entries from since on are merged into the home timeline on read.';
