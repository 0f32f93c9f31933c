-- Purpose: the views of schema $1 and their columns, with the comments that they have; a view by itself has no column.
-- Index: the catalog's own. Why this order: none is needed.
select v.relname::text, a.attname::text, col_description(v.oid, a.attnum)
from pg_class v
join pg_attribute a on a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped
where v.relnamespace = $1::regnamespace and v.relkind = 'v'
union all
select v.relname::text, null, obj_description(v.oid, 'pg_class')
from pg_class v
where v.relnamespace = $1::regnamespace and v.relkind = 'v'
