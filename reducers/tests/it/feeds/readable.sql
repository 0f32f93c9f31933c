-- Purpose: all home timelines, without their owners' own entries. Index: none, a test's few rows.
select owner, position, author, message from served.feed_entries
union all
select m.owner, e.position, e.author, e.message
from served.merged_feeds m
join served.author_entries e on e.author = m.author and e.position >= m.since
order by 1, 2
