create view published.tombstones as
select id, author, created_at, in_reply_to, nearest_living from social_v1.tombstone;
comment on view published.tombstones is
    'Whose a deleted message was, and its place in a conversation. For the query API alone.';
-- Not to rookery_reader, which analysts are.
grant select on published.tombstones to rookery_query_api, rookery_reducer;
