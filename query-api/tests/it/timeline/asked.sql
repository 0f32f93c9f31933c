-- Purpose: how many connections of the API asked for the position of timelines last, by the comment of that statement.
select count(*) from pg_stat_activity
where application_name = 'query-api-test' and query like '-- Purpose: the position up to which home timelines%'
