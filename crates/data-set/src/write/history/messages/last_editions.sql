-- Purpose: messages in their last edition. Indexes: message_pk, and of edition_pk the last entry of each.
-- Why this order: none is needed.
select
    m.id, m.author, m.created_at, m.to_position, coalesce(e.edition, 1) as edition, coalesce(e.tags, m.tags) as tags
from (select distinct id from unnest($1::bigint[]) as g (id)) g
join message m on m.id = g.id
left join lateral (
    select e.edition, e.tags from edition e where e.message = m.id order by e.position desc limit 1
) e on true
