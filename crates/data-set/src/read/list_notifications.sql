-- Purpose: one page of an account's notifications, newest first, up to where it has read them, and how many it has not,
--   up to 1000. Ends in show_accounts.sql.
-- Index: notification_pk, walked backwards from the cursor, and from the newest on to count; read_marker_pk.
-- Why a bound: nobody reads a longer number, and an inbox that nobody opens must not make its badge slow.
with marker as (
    select coalesce((select k.until from published.read_markers k where k.account = $1), 0) as until
), p as (
    select
        coalesce(max(position), 0) as position, $1::bigint as caller, (select until from marker) as read_marker,
        (
            select count(*)
            from (
                select from published.notifications n
                where n.recipient = $1 and n.position > (select until from marker)
                limit 1000
            ) n
        ) as unread
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select n.actor as account, n.position as key_position, n.kind::text as kind, n.message, n.notified_at
    from published.notifications n
    where n.recipient = $1 and n.position < $2
    order by n.position desc
    limit $3
)
