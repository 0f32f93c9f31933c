-- Purpose: one page of the messages that the caller bookmarked, newest bookmark first. Ends in show_messages.sql.
-- Index: bookmarked_by_account, walked backwards from the cursor; then message_pk, once per row of the page.
-- Why this order: as in list_liked.sql.
with p as (
    select coalesce(max(position), 0) as position, $1::bigint as caller
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select
        m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
        null::timestamptz as key_at, k.position as key_position
    from (
        select k.message, k.position
        from served.bookmarks k
        where k.account = $1 and k.position < $2
        order by k.position desc
        limit $3
    ) k
    cross join lateral (select * from published.messages m where m.id = k.message limit 1) m
)
