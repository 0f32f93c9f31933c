-- Purpose: one message with its tags. Both parts read the same parameters, none the other's rows.
with message as (
    insert into social_v1.message (id, author, text, tags, created_at, edition)
    values ($1, $2, $3, $4::text[], $5, 1)
)
insert into social_v1.message_tag (tag, created_at, id, author)
select tag, $5, $1, $2 from unnest(array[''] || $4::text[]) as tag
