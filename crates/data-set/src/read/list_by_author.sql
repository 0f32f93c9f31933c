-- Purpose: one page of an author's messages, newest first, with the position it reflects. Ends in show_messages.sql.
-- Index: message_by_author, walked backwards from the cursor.
-- Why this order: (created_at, id) is unique and never changes, so a cursor neither skips nor repeats a row.
with p as (
    select coalesce(max(position), 0) as position, $6::bigint as caller
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select
        m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
        m.created_at as key_at, m.id as key_position
    from published.messages m
    where m.author = $1 and (m.created_at, m.id) < ($2, $3) and m.created_at >= $4
        and not m.created_at <@ any ($7::tstzrange[])
        and not exists (select from served.hidden_accounts h where h.viewer = $6 and h.account = $1)
    order by m.created_at desc, m.id desc
    limit $5
)
