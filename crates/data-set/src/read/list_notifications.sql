-- Purpose: one page of an account's notifications, newest first, up to where it has read them, and how many it has not,
--   up to 1000. Ends in show_accounts.sql.
--   What is not shown of them: what accounts did that the account blocks, mutes or is blocked by, or that are suspended;
--   what silenced accounts did that it does not follow; and of what one account did that it does not follow, all but the newest 5 of a kind, so that nobody is flooded by a stranger.
-- Index: notification_pk, walked backwards from the cursor, and from the newest on to count; read_marker_pk. Per row
--   blocked_pk twice, muted_pk, follow_pk and at most 5 entries of notification_by_actor.
-- Why a bound: nobody reads a longer number, and an inbox that nobody opens must not make its badge slow.
with marker as (
    select coalesce((select k.until from served.read_markers k where k.account = $1), 0) as until
), shown as not materialized (
    select
        n.*,
        n.actor = n.recipient
            or (select h.account from served.hidden_accounts h where h.viewer = $1 and h.account = n.actor limit 1)
                is null
            and (select u.muted from served.mutes u where u.muter = $1 and u.muted = n.actor limit 1) is null
            and (select a.restriction from published.accounts a where a.id = n.actor limit 1)
                is distinct from 'suspended'
            and (
                (select f.followee from published.follows f where f.follower = $1 and f.followee = n.actor limit 1)
                    is not null
                or (select a.restriction from published.accounts a where a.id = n.actor limit 1)
                    is distinct from 'silenced'
                and (
                    select count(*)
                    from (
                        select from served.notifications o
                        where o.recipient = $1 and o.actor = n.actor and o.kind = n.kind and o.position > n.position
                        limit 5
                    ) o
                ) < 5
            ) as is_shown
    from served.notifications n
    where n.recipient = $1
), p as (
    select
        coalesce(max(position), 0) as position, $1::bigint as caller, null::bigint as viewer,
        (select until from marker) as read_marker,
        (
            select count(*)
            from (
                select n.is_shown from shown n
                where n.position > (select until from marker)
                order by n.position desc
                limit 1000
            ) n
            where n.is_shown
        ) as unread
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select
        case when n.is_shown then n.actor end as account, n.position as key_position, n.kind::text as kind, n.message,
        n.notified_at
    from shown n
    where n.position < $2
    order by n.position desc
    limit $3
)
