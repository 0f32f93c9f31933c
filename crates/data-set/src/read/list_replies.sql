-- Purpose: one page of the replies to a message, newest first, deleted ones that hold the conversation together
--   included, and whether that message exists or is one of these. Ends in show_messages.sql.
-- Index: message_reply and tombstone_reply, walked backwards from the cursor and merged; message_pk and tombstone_pk
--   for the message itself.
-- Why this order: as in the lists of messages.
with p as (
    select
        coalesce(max(position), 0) as position, $5::bigint as caller,
        exists(
            select from served.thread_messages m
            where m.id = $1 and not exists (
                select from served.hidden_accounts h where h.viewer = $5 and h.account = m.author
            ) and not exists (
                select from published.accounts a where a.id = m.author and a.restriction = 'suspended'
            )
        ) as is_known,
        (select d.author from served.tombstones d where d.id = $1) as deleted_author
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select m.*, m.created_at as key_at, m.id as key_position
    from (
        (
            select m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition
            from published.messages m
            where m.in_reply_to = $1 and (m.created_at, m.id) < ($2, $3)
            order by m.created_at desc, m.id desc
            limit $4
        )
        union all
        (
            select
                d.id, null::bigint, null::text, null::text[], d.in_reply_to, d.created_at, null::timestamptz, null::integer
            from served.tombstones d
            where d.in_reply_to = $1 and d.nearest_living is not null and (d.created_at, d.id) < ($2, $3)
            order by d.created_at desc, d.id desc
            limit $4
        )
    ) m
    order by m.created_at desc, m.id desc
    limit $4
)
