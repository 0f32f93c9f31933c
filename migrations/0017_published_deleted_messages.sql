create view published.deleted_messages as
select id, author, deleted_by, deleted_at from social_v1.tombstone;
comment on view published.deleted_messages is 'Messages that were deleted, by whom and when.';
