-- Purpose: the shape of a schema as text, to compare it with another one's.
with tables as (
    select c.oid, c.relname, c.reloptions, c.relacl, c.relkind, c.relpersistence, c.relam
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'SCHEMA' and c.relkind = 'r'
)
select replace(line, 'SCHEMA', 'schema') from (
    select format('table %s %s %s %s', relname, reloptions, relpersistence, relam) as line from tables
    union all
    select format('grant %s %s', relname, array(select x::text from unnest(relacl) x order by 1)) from tables
    union all
    select format('comment %s %s', relname, obj_description(oid, 'pg_class')) from tables
    union all
    select format('column %s.%s %s %s %s %s %s %s %s %s', t.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod),
        a.attcollation::regcollation, a.attnotnull, a.attstorage, a.attidentity, a.attgenerated,
        pg_get_expr(d.adbin, d.adrelid))
    from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0
    left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
    union all
    select format('index %s %s %s', x.indisprimary, x.indisunique, pg_get_indexdef(x.indexrelid))
    from tables t join pg_index x on x.indrelid = t.oid
    union all
    select format('constraint %s %s %s', t.relname, c.conname, pg_get_constraintdef(c.oid))
    from tables t join pg_constraint c on c.conrelid = t.oid
    union all
    select format('schema %s', nspacl) from pg_namespace where nspname = 'SCHEMA'
) lines
order by 1
