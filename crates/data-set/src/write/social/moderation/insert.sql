-- Purpose: decisions about accounts; an account that is there is notified of all but changes of roles.
-- Indexes: account_pk; moderation_action_pk decides what is new.
with made as (
    insert into moderation_action (
        position, account, action, reason, roles, decided_by, operator, note, decided_at
    )
    select g.position, g.account, g.action, g.reason, g.roles::text[], g.decided_by, g.operator, g.note, g.decided_at
    from unnest(
        $1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[],
        $9::timestamptz[]
    ) as g (position, account, action, reason, roles, decided_by, operator, note, decided_at)
    on conflict (position) do nothing
    returning position, account, reason, decided_at
)
insert into notification (recipient, position, kind, actor, message, notified_at)
-- Nobody is told which moderator it was.
select m.account, m.position, 'moderated', m.account, null, m.decided_at
from made m
join account a on a.id = m.account
where m.reason is not null
on conflict (recipient, position) do nothing
