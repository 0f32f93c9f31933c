create view published.message_stats as
select message, message::text as message_id_text, likes, reposts, replies from social_v1.message_stat;

-- With its counts, for those who ask once. A statement that names no count reads message_stat_pk not at all: the planner
-- drops a join that nothing is taken of.
create view published.messages as
select
    m.id, m.id::text as id_text, m.author, m.text, m.tags,
    m.in_reply_to, m.in_reply_to::text as in_reply_to_id_text,
    m.created_at, coalesce(m.imported_at, m.created_at) as recorded_at, m.imported_at is not null as is_imported,
    m.edited_at, m.edition, coalesce(m.edit_position, m.id) as changed_position,
    coalesce(s.likes, 0) as likes, coalesce(s.reposts, 0) as reposts, coalesce(s.replies, 0) as replies
from social_v1.message m
left join social_v1.message_stat s on s.message = m.id;
