-- Purpose: how many connections of the API asked for a moment last, or how far the past can be told, by the beginnings of
-- those statements.
select count(*) from pg_stat_activity
where application_name = 'query-api-test'
    and (query like '-- Purpose: the position of a moment%' or query like '-- Purpose: the position up to which the past%')
