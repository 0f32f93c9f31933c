-- Purpose: the statements that make schema $2 of the shape that schema $1 has: columns with all that belongs to them,
--   storage parameters, indexes and constraints with their names, comments, grants. Run with $1 as the search path, so
--   that its names come without it; the statements are for one that is $2.
-- Index: the catalog's own.
-- Why this order: indexes before the constraints that use them, keys before the references to them.
with schema as (
    select oid, nspacl, nspowner from pg_namespace where nspname = $1
), tables as (
    select c.oid, c.relname, c.reloptions, c.relacl, c.relowner
    from pg_class c where c.relnamespace = (select oid from schema) and c.relkind = 'r'
), statements (step, name, statement) as (
    select 1, '', format('create schema %I', $2)
    union all
    select 2, relname::text, format(
        'create table %I (like %I.%I including all excluding indexes excluding constraints)%s',
        relname, $1, relname, ' with (' || array_to_string(reloptions, ', ') || ')')
    from tables where reloptions is not null
    union all
    select 2, relname, format(
        'create table %I (like %I.%I including all excluding indexes excluding constraints)', relname, $1, relname)
    from tables where reloptions is null
    union all
    select 3, i.relname, pg_get_indexdef(i.oid, 0, true)
    from pg_index x join tables t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
    union all
    select case c.contype when 'p' then 4 when 'u' then 4 when 'c' then 5 else 6 end, c.conname, format(
        'alter table %I add constraint %I %s', t.relname, c.conname,
        case c.contype
            when 'p' then format('primary key using index %I', c.conname)
            when 'u' then format('unique using index %I', c.conname)
            else pg_get_constraintdef(c.oid, true)
        end)
    from pg_constraint c join tables t on t.oid = c.conrelid where c.contype in ('p', 'u', 'c', 'f')
    union all
    select 7, t.relname, format('comment on table %I is %L', t.relname, obj_description(t.oid, 'pg_class'))
    from tables t where obj_description(t.oid, 'pg_class') is not null
    union all
    select 8, '', format('grant %s on schema %I to %s', a.privilege_type, $2, coalesce(g.rolname::regrole::text, 'public'))
    from schema s cross join aclexplode(s.nspacl) a left join pg_roles g on g.oid = a.grantee
    where a.grantee <> s.nspowner
    union all
    select 9, t.relname, format(
        'grant %s on %I to %s', a.privilege_type, t.relname, coalesce(g.rolname::regrole::text, 'public'))
    from tables t cross join aclexplode(t.relacl) a left join pg_roles g on g.oid = a.grantee
    where a.grantee <> t.relowner
)
select statement from statements order by step, name, statement
