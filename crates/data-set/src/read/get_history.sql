-- Purpose: every edition of a message, or whose it was if it was deleted, with the position that this reflects.
-- Index: account_pk, blocked_pk, message_edition_pk, message_pk and tombstone_pk, by the message's id.
-- Why this order: editions are numbered without gaps from 1; a history is read from its beginning.
with p as (
    select coalesce(max(position), 0) as position
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
)
select p.position, e.edition, e.text, e.tags, e.made_at, d.author as deleted_author
from p
left join published.message_editions e on e.message = $1 and not exists (
    select from published.messages m
    join served.hidden_accounts h on h.viewer = $2 and h.account = m.author
    where m.id = $1
) and not exists (
    select from published.messages m
    join published.accounts a on a.id = m.author and a.restriction = 'suspended'
    where m.id = $1
)
left join served.tombstones d on d.id = $1
order by e.edition
