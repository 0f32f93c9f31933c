-- Purpose: a message, or whose it was if it was deleted, with the position that this reflects.
-- Index: message_pk and tombstone_pk, one look-up each.
-- Why one statement: between two, a delete could make the message vanish from both.
with p as (
    select coalesce(max(position), 0) as position
    from published.projections
    where projection = 'social' and version = 1 and shard = 0
)
select
    p.position, m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
    d.author as deleted_author
from p
left join published.messages m on m.id = $1
left join published.deleted_messages d on d.id = $1
