-- Purpose: tags that messages won by an edit. Index: tagged_pk decides what is new.
insert into tagged (tag, created_at, message, from_position, author)
select g.tag, g.created_at, g.message, g.from_position, g.author
from unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[])
    as g (tag, created_at, message, from_position, author)
on conflict do nothing
