-- Purpose: one page of reports that are open, newest first, each with what the reported message says now.
-- Index: report_open, walked backwards from the cursor; message_pk, once per row of the page.
-- Why this order: as in list_moderation.sql.
with p as (
    select coalesce(max(position), 0) as position
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select r.*
    from served.report_queue r
    where r.outcome is null and r.position < $1
    order by r.position desc
    limit $2
)
select
    p.position, r.position as id, r.reporter, r.account, r.message, r.reason, r.comment, r.reported_at, r.outcome,
    r.resolved_by, r.resolution, m.text
from p
left join page r on true
left join lateral (select m.text from published.messages m where m.id = r.message limit 1) m on true
order by r.position desc
