-- Purpose: the first local date of each day, month or year of a zone that has messages, and how many they are.
select to_char(date_trunc($1, created_at at time zone $2), 'YYYY-MM-DD') as start, count(*) as messages
from social_v1.message
where $3::text is null or tags @> array[$3::text]
group by 1
order by 1
