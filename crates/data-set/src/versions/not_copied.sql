-- Purpose: what is in schema $1 and not in shape.sql, in words. Index: the catalog's own.
-- Why this order: that of the words, so that the same schema gives the same message.
with tables as (
    select c.oid, c.relname, c.relpersistence, c.relispartition, c.relrowsecurity
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relkind = 'r'
)
select 'relation ' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relkind not in ('r', 'i')
union all
select 'function ' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = $1
union all
select 'type ' || t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
where n.nspname = $1 and t.typtype <> 'c' and t.typcategory <> 'A'
union all
select 'trigger ' || g.tgname from pg_trigger g join tables t on t.oid = g.tgrelid where not g.tgisinternal
union all
select 'rule ' || r.rulename from pg_rewrite r join tables t on t.oid = r.ev_class
union all
select 'exclusion ' || x.conname from pg_constraint x join tables t on t.oid = x.conrelid where x.contype = 'x'
union all
select 'special table ' || relname from tables where relpersistence <> 'p' or relispartition or relrowsecurity
order by 1
