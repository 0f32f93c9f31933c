-- Purpose: one page of the messages with a tag that an author had at a moment, newest first. Ends in show_messages.sql.
-- Index: message_by_author, walked backwards from the cursor, or from the newest message of then; the tag is looked up per
--   row (tagged_pk): an author's messages are few beside a tag's.
-- Why this order: (created_at, id) is unique and never changes, so a cursor neither skips nor repeats a row.
with p as (
    select
        least(
            coalesce((select position from published.projections
                       where projection = 'social' and state = 'published' and shard = 0), 0),
            coalesce((select position from published.projections
                       where projection = 'history' and state = 'published' and shard = 0), 0)
        ) as position,
        $6::bigint as caller, $8::bigint as at
), page as (
    select
        m.id, m.author, m.tags, m.in_reply_to, m.created_at, m.created_at as key_at, m.id as key_position,
        null::boolean as is_silenced
    from served.message_history m
    where m.author = $1 and (m.created_at, m.id) < ($2, $3) and m.created_at >= $4
        and not m.created_at <@ any ($7::tstzrange[])
        and m.id <= $8 and (m.to_position is null or m.to_position > $8)
        and (
            select k.message from served.tag_history k
            where k.tag = $9 and k.created_at = m.created_at and k.message = m.id
                and k.from_position <= $8 and (k.to_position is null or k.to_position > $8)
            limit 1
        ) is not null
        and not exists (select from served.hidden_accounts h where h.viewer = $6 and h.account = $1)
    order by m.created_at desc, m.id desc
    limit $5
)
