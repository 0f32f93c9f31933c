-- Purpose: a batch of messages, nothing else. Indexes: message_pk, message_by_author.
insert into social_v1.message (id, author, text, tags, created_at, edition)
select id, author, text, tags::text[], created_at, 1
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[])
    as g (id, author, text, tags, created_at)
