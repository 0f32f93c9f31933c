-- Purpose: one page of decisions about accounts, newest first, with the words to them.
-- Index: moderation_action_pk, walked backwards from the cursor; moderation_action_pk again per row for the words.
-- Why this order: an event's position is its own and never changes, so a cursor neither skips nor repeats a row.
with p as (
    select coalesce(max(position), 0) as position
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select m.*
    from published.moderation_actions m
    where m.position < $1
    order by m.position desc
    limit $2
)
select
    p.position, m.position as id, m.account, m.action, m.reason, m.roles, m.decided_by, m.decided_at, n.operator, n.note
from p
left join page m on true
left join lateral (
    select n.operator, n.note from served.moderation_notes n where n.position = m.position limit 1
) n on true
order by m.position desc
