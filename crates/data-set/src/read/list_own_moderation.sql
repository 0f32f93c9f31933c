-- Purpose: one page of the decisions about an account, newest first, for itself: without the words to them.
-- Index: moderation_action_by_account, walked backwards from the cursor.
-- Why this order: as in list_moderation.sql.
with p as (
    select coalesce(max(position), 0) as position
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select m.*
    from published.moderation_actions m
    where m.account = $3 and m.position < $1
    order by m.position desc
    limit $2
)
select
    p.position, m.position as id, m.account, m.action, m.reason, m.roles, null::bigint as decided_by, m.decided_at,
    null::text as operator, null::text as note
from p
left join page m on true
order by m.position desc
