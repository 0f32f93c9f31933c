-- Purpose: editions that were made and replaced within one batch. Index: message_edition_pk.
insert into message_edition (message, edition, text, tags, made_at)
select message, edition, text, tags::text[], made_at
from unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::timestamptz[])
    as g (message, edition, text, tags, made_at)
-- A message that was deleted keeps no history.
where exists (select from message m where m.id = g.message)
on conflict do nothing
