-- Purpose: one page of an author's messages, newest first, with the position it reflects.
-- Index: message_by_author, walked backwards from the cursor.
-- Why this order: (created_at, id) is unique and never changes, so a cursor neither skips nor repeats a row.
with p as (
    select coalesce(max(position), 0) as position
    from published.projections
    where projection = 'social' and version = 1 and shard = 0
)
select p.position, m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition
from p
left join (
    select *
    from published.messages m
    where m.author = $1 and (m.created_at, m.id) < ($2, $3) and m.created_at >= $4
    order by m.created_at desc, m.id desc
    limit $5
) m on true
order by m.created_at desc, m.id desc
