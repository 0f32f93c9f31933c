-- Purpose: new messages, each with a row per tag and one for the empty tag. Answers the ids that were really inserted.
-- Indexes: former_account_pk; message_pk decides what is new. One statement, so that the tags are sent once.
with given as (
    select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[],
                         $6::timestamptz[], $7::timestamptz[], $8::integer[], $9::timestamptz[], $10::bigint[])
        as g (id, author, text, tags, in_reply_to, created_at, edited_at, edition, imported_at, edit_position)
), inserted as (
    insert into message (
        id, author, text, tags, in_reply_to, created_at, edited_at, edition, imported_at, edit_position
    )
    select id, author, text, tags::text[], in_reply_to, created_at, edited_at, edition, imported_at, edit_position
    from given g
    where not exists (select from former_account f where f.id = g.author)
    on conflict (id) do nothing
    returning id, author, created_at, tags
), tagged as (
    insert into message_tag (tag, created_at, id, author)
    select t.tag, i.created_at, i.id, i.author
    from inserted i cross join lateral unnest(array_append(i.tags, '')) as t (tag)
)
select id from inserted
