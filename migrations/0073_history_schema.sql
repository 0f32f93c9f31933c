-- Version 1 of the projection `history`: what was once there, with the positions from and to which it was. It is folded
-- by a worker of its own, which reads and writes nothing else (ADR 32). Nothing that a message says is in it but its
-- tags: texts are in `social_v1` alone, so that a deletion takes them from one place.
--
-- What holds in all its tables: a row is there at position P if from_position <= P and (to_position is null or
-- to_position > P). A null stands for "still".
create schema history_v1;
grant usage on schema history_v1 to rookery_reducer;
insert into control.projection (projection, version, state) values ('history', 1, 'published');
create sequence control.history_version as integer start 2;
