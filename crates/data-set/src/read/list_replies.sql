-- Purpose: one page of the replies to a message, newest first, and whether that message exists. Ends in show_messages.sql.
-- Index: message_reply, walked backwards from the cursor; message_pk and tombstone_pk for the message itself.
-- Why this order: as in the lists of messages.
with p as (
    select
        coalesce(max(position), 0) as position, $5::bigint as caller,
        exists(select from published.messages m where m.id = $1) as is_known,
        (select d.author from published.deleted_messages d where d.id = $1) as deleted_author
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select m.*, m.created_at as key_at, m.id as key_position
    from published.messages m
    where m.in_reply_to = $1 and (m.created_at, m.id) < ($2, $3)
    order by m.created_at desc, m.id desc
    limit $4
)
