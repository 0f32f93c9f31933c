-- Purpose: the tables of schema $1 with the keys by which their rows are ordered and compared. The parts of a key are
--   sent as text; integers, times (as microseconds) and enums (as places) are compared as numbers and everything else
--   as bytes, which is the order that `collate "C"` gives. A table without a primary key is compared by whole rows.
-- Index: the catalog's own. Why this order: that of the names.
with columns as (
    select c.oid, k.place, quote_ident(a.attname) as name, t.typtype, t.typname, format_type(t.oid, null) as type_name,
        t.typtype = 'e' or t.typname in ('int2', 'int4', 'int8', 'timestamptz') as is_number
    from pg_class c
    join pg_index x on x.indrelid = c.oid and x.indisprimary
    cross join lateral unnest(x.indkey[0:x.indnkeyatts - 1]) with ordinality as k (attnum, place)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
    join pg_type t on t.oid = a.atttypid
), keys as (
    select oid,
        string_agg(case
            when typtype = 'e' then format('array_position(enum_range(null::%s), t.%s)::text', type_name, name)
            when typname = 'timestamptz' then format('(extract(epoch from t.%s) * 1000000)::bigint::text', name)
            else format('t.%s::text', name)
        end, ', ' order by place) as parts,
        'jsonb_build_object(' || string_agg(format('%L, t.%s', name, name), ', ' order by place) || ')::text' as key,
        string_agg(case when is_number then 't.' || name else format('t.%s::text collate "C"', name) end,
            ', ' order by place) as "order",
        array_agg(is_number order by place) as numeric
    from columns
    group by oid
)
select c.relname::text as name, greatest(c.reltuples, 0)::bigint as rows,
    coalesce(k.parts, 'to_jsonb(t)::text') as parts, coalesce(k.key, 'to_jsonb(t)::text') as key,
    coalesce(k."order", 'to_jsonb(t)::text collate "C"') as "order", coalesce(k.numeric, '{false}') as numeric
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join keys k on k.oid = c.oid
where n.nspname = $1 and c.relkind = 'r'
order by c.relname
