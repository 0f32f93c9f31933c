-- Purpose: newer editions of messages; answers the tags before and after. Index: message_pk.
update message m
set text = g.text, tags = g.tags::text[], edited_at = g.edited_at, edition = g.edition,
    edit_position = g.position
from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[], $6::bigint[])
    as g (id, text, tags, edited_at, edition, position)
join message o on o.id = g.id
where m.id = g.id and m.edition < g.edition
returning m.id, m.author, m.created_at, o.tags as old_tags, m.tags as new_tags
