-- Purpose: the statements that replace the views over schema $1, for whomever they are. Run with it as the search path,
--   so that its names come without it.
-- Index: the catalog's own. Why this order: always the same, so that two switches cannot wait for each other.
select format('create or replace view %I.%I%s as %s', s.nspname, v.relname,
    coalesce(' with (' || array_to_string(v.reloptions, ', ') || ')', ''), pg_get_viewdef(v.oid))
from pg_class v
join pg_namespace s on s.oid = v.relnamespace
where s.nspname in ('published', 'served') and v.relkind = 'v' and exists (
    select from pg_rewrite r
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
    join pg_class t on d.refclassid = 'pg_class'::regclass and t.oid = d.refobjid
    join pg_namespace n on n.oid = t.relnamespace
    where r.ev_class = v.oid and n.nspname = $1)
order by s.nspname, v.relname
