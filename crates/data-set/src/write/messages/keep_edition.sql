-- Purpose: move the editions that are about to be replaced into the history. Index: message_pk.
insert into message_edition (message, edition, text, tags, made_at)
select m.id, m.edition, m.text, m.tags, coalesce(m.edited_at, m.created_at)
from unnest($1::bigint[], $2::integer[]) as g (id, edition)
join message m on m.id = g.id and m.edition < g.edition
on conflict do nothing
