-- Purpose: enough rows that a scan would be a mistake, and no statistics about them.
alter table social_v1.message set (autovacuum_enabled = off);
alter table social_v1.message_tag set (autovacuum_enabled = off);
insert into social_v1.message (id, author, text, tags, created_at, edition)
select i * 256, i % 50, 'message ' || i, array['birds'], timestamptz '2026-01-01Z' + i * interval '1 minute', 1
from generate_series(1::bigint, 5000) i;
insert into social_v1.message_tag (tag, created_at, id, author)
select tag, created_at, id, author from social_v1.message cross join unnest(array['', 'birds']) tag;
insert into social_v1.tag_count (tag, grain, starts_at, messages)
select tag, grain::control.grain, date_trunc(grain, created_at, 'UTC'), count(*)
from social_v1.message_tag cross join unnest(array['minute', 'hour', 'day']) grain
group by 1, 2, 3;
