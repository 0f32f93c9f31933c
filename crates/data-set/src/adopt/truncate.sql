-- Purpose: the statement that empties all tables of a schema; null where it has none. Index: the catalog's own.
select 'truncate ' || string_agg(format('%I.%I', schemaname, tablename), ', ' order by tablename)
from pg_tables
where schemaname = $1
