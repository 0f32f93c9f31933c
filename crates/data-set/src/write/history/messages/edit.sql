-- Purpose: editions behind the first one. Index: edition_pk decides what is new.
insert into edition (message, edition, position, made_at, tags)
select g.message, g.edition, g.position, g.made_at, g.tags::text[]
from unnest($1::bigint[], $2::integer[], $3::bigint[], $4::timestamptz[], $5::text[])
    as g (message, edition, position, made_at, tags)
on conflict do nothing
