-- Purpose: tombstones of deleted messages. Index: tombstone_pk; the first deletion stands.
insert into social_v1.tombstone (id, author, deleted_by, deleted_at)
select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
on conflict (id) do nothing
