create view published.messages as
select id, author, text, tags, in_reply_to, created_at, edited_at, edition from social_v1.message;
comment on view published.messages is
    'Messages that are not deleted, in their latest edition. id: position in the log (sequence << 8 | shard).';
