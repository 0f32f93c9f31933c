-- Purpose: as grow.sql, for what timelines join.
alter table feeds_v1.feed set (autovacuum_enabled = off);
alter table feeds_v1.entry set (autovacuum_enabled = off);
insert into feeds_v1.entry (author, position, message) select author, id, id from social_v1.message;
insert into feeds_v1.feed (owner, position, author, message)
select owner, id, author, id from social_v1.message cross join generate_series(1::bigint, 10) owner;
insert into feeds_v1.merged (owner, author, since) select i % 100, i, 0 from generate_series(1::bigint, 5000) i;
