-- Purpose: counts as they stand in the end. Index: author_count_pk.
insert into social_v1.author_count (author, tag, starts_at, messages)
select * from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[])
