-- Purpose: one page of the replies that an account posted, newest first, with the position it reflects. Ends in
--   show_messages.sql.
-- Index: reply_by_author, walked backwards from the cursor.
-- Why this order: an id is the position at which the log recorded the message; it is unique and never changes.
with p as (
    select coalesce(max(position), 0) as position, $4::bigint as caller
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select
        m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
        null::timestamptz as key_at, m.id as key_position
    from published.messages m
    where m.author = $1 and m.id < $2 and m.in_reply_to is not null
        and not exists (select from served.hidden_accounts h where h.viewer = $4 and h.account = $1)
    order by m.id desc
    limit $3
)
