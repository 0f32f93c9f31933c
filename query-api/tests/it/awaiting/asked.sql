-- Purpose: how many connections of the API asked for the position last, by the beginning of that statement.
select count(*) from pg_stat_activity
where application_name = 'query-api-test' and query like 'select coalesce(max(position), 0) as position%'
