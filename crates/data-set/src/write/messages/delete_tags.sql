-- Purpose: tags that an edit removed. Index: message_tag_pk, whole key.
delete from message_tag t
using unnest($1::text[], $2::timestamptz[], $3::bigint[]) as g (tag, created_at, id)
where t.tag = g.tag and t.created_at = g.created_at and t.id = g.id
