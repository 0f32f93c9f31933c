-- Purpose: the messages $2 that are there, as an account sees them. Ends in show_messages.sql.
-- Index: message_pk, account_pk and follow_pk, once per message.
-- Why this order: none; the caller knows where each belongs.
with p as (
    select 0::bigint as position, $1::bigint as caller
), page as (
    select
        m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
        m.created_at as key_at, m.id as key_position,
        -- As in list_by_tag.sql.
        (select a.restriction from published.accounts a where a.id = m.author limit 1) = 'silenced'
            and m.author <> $1
            and (select f.followee from published.follows f where f.follower = $1 and f.followee = m.author limit 1)
                is null as is_silenced
    from unnest($2::bigint[]) as k (id)
    cross join lateral (select * from published.messages m where m.id = k.id limit 1) m
)
