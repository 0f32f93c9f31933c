-- Purpose: the rows of `history` for all messages and likes that are there, and a worker's report: recorded a minute each,
--   from 2026-02-01 on.
insert into history_v1.message (id, author, in_reply_to, tags, created_at, recorded_at)
select id, author, in_reply_to, tags, created_at, timestamptz '2026-02-01Z' + (id >> 8) * interval '1 minute'
from social_v1.message;
insert into history_v1.tagged (tag, created_at, message, from_position, author)
select tag, created_at, id, id, author from social_v1.message_tag;
insert into history_v1.liked (account, message, from_position, from_at)
select account, message, position, liked_at from social_v1.liked;
insert into history_v1.event_time (level, block, recorded_at, created_at)
select l, (id >> 8) >> l, max(recorded_at), max(created_at)
from history_v1.message cross join generate_series(0, 36, 6) l
group by 1, 2;
insert into control.checkpoint (projection, version, shard, position, lineage)
select 'history', 1, 0, max(id), 'test' from history_v1.message;
insert into control.worker_heartbeat (projection, version, shard, head, seen_at, complete_until)
select 'history', 1, 0, max(id), now() + interval '1 hour', max(recorded_at) from history_v1.message;
