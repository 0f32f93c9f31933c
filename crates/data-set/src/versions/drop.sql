-- Purpose: the statements that drop schema $1 with its tables. Index: the catalog's own. Why this order: the schema
-- last.
select statement from (
    select 1 as step, format('drop table %s', string_agg(format('%I.%I', schemaname, tablename), ', ')) as statement
    from pg_tables where schemaname = $1
    union all
    select 2, format('drop schema %I', $1)
) s
where statement is not null
order by step
