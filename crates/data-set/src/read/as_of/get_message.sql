-- Purpose: a message as it was at a moment, or whose it was if it had been deleted. Ends in show_messages.sql.
-- Index: message_pk, edition_pk.
-- Why this order: it is one message.
with p as (
    select
        least(
            coalesce((select position from published.projections
                       where projection = 'social' and state = 'published' and shard = 0), 0),
            coalesce((select position from published.projections
                       where projection = 'history' and state = 'published' and shard = 0), 0)
        ) as position,
        $2::bigint as caller, $3::bigint as at,
        (select d.author from served.message_history d where d.id = $1 and d.to_position <= $3) as deleted_author
), page as (
    select
        m.id, m.author, coalesce(h.tags, m.tags) as tags, m.in_reply_to, m.created_at,
        h.made_at as edited_at, coalesce(h.edition, 1) as edition, m.created_at as key_at, m.id as key_position,
        null::boolean as is_silenced, null::boolean as is_match, null::boolean as is_bound
    from served.message_history m
    -- As in list_matching.sql.
    left join lateral (
        select h.edition, h.made_at, h.tags from published.edit_history h
        where h.message = m.id and h.position <= $3
        order by h.position desc
        limit 1
    ) h on true
    where m.id = $1 and m.id <= $3 and (m.to_position is null or m.to_position > $3)
    limit 1
)
