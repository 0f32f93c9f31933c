-- Purpose: what the statements of one database cost in all, the dearest first. Index: none.
select calls, total_exec_time as total_ms, rows, left(regexp_replace(query, '\s+', ' ', 'g'), 90) as query
from pg_stat_statements
where dbid = (select oid from pg_database where datname = $1)
order by total_exec_time desc, query
limit 12
