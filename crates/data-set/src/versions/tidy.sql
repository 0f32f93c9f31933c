-- Purpose: a vacuum per table of schema $1. Index: none.
select format('vacuum (analyze) %I.%I', $1, tablename) from pg_tables where schemaname = $1 order by tablename
