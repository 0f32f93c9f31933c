create view published.message_tags as
select tag, created_at, id, author from social_v1.message_tag;
comment on view published.message_tags is
    'One row per message and tag, and one with the empty tag, which stands for any.';
