create view served.tombstones as
select id, author, created_at, in_reply_to, nearest_living from social_v1.tombstone;
comment on view served.tombstones is
    'Whose a deleted message was, and its place in a conversation.';
grant select on served.tombstones to rookery_query_api, rookery_reducer;
