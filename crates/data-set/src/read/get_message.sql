-- Purpose: a message, or whose it was if it was deleted, with the position that this reflects. Ends in
-- show_messages.sql.
-- Index: message_pk and tombstone_pk, one look-up each.
-- Why one statement: between two, a delete could make the message vanish from both.
with p as (
    select
        coalesce(max(position), 0) as position, $2::bigint as caller,
        (select d.author from served.tombstones d where d.id = $1) as deleted_author
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select
        m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
        m.created_at as key_at, m.id as key_position
    from published.messages m where m.id = $1 limit 1
)
