-- Purpose: which views there are and which projection each shows: adds, changes and takes away what differs.
-- Index: data_set_pk.
with gone as (
    delete from control.data_set d
    where not exists (
        select from pg_class v
        where v.relnamespace = 'published'::regnamespace and v.relkind = 'v' and v.relname = d.view)
)
insert into control.data_set as d (view, projection)
select g.view, g.projection from unnest($1::text[], $2::text[]) as g (view, projection)
where exists (
    select from pg_class v
    where v.relnamespace = 'published'::regnamespace and v.relkind = 'v' and v.relname = g.view)
on conflict (view) do update set projection = excluded.projection
where d.projection is distinct from excluded.projection
