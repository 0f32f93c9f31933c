-- Purpose: buckets that local_counts and the messages themselves say different numbers of.
with counted as (
    select local_start, starts_at, messages from published.local_counts($1, $2, $3::timestamptz, $4::timestamptz, $5)
), by_hand as (
    select date_trunc($1, created_at, $2) as starts_at, count(*) as messages
    from published.message_tags
    where tag = $5 and created_at >= $3::timestamptz and created_at < $4::timestamptz
    group by 1
)
select starts_at::text, coalesce(c.messages, 0), coalesce(b.messages, 0)
from counted c full join by_hand b using (starts_at)
where c.messages is distinct from b.messages or c.local_start is distinct from starts_at at time zone $2
