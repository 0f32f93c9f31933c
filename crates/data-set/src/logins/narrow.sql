-- Purpose: takes from everybody what Postgres grants to each user: other databases, temporary tables, large objects,
--   advisory locks, and writing into the server's own log.
-- This runs as a superuser, here and in the files behind it: nothing that the database's owner named alike is taken instead.
set search_path = pg_catalog, pg_temp;
do $$
declare
    taken regprocedure;
    other name;
begin
    execute format('revoke connect, temporary, create on database %I from public', current_database());
    execute format('grant connect on database %I to rookery_reducer, rookery_reader, pg_monitor', current_database());
    -- Those that come with the server. What a reader left there would stay.
    for other in select datname from pg_database where datname in ('postgres', 'template1') loop
        execute format('revoke connect, temporary on database %I from public', other);
        execute format('grant connect on database %I to pg_monitor', other);
    end loop;
    revoke create on schema public from public;
    for taken in
        select oid::regprocedure
        from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace
            and (proname like 'pg\_%advisory%' or proname like 'lo\_%'
                or proname in ('lowrite', 'loread', 'pg_logical_emit_message'))
    loop
        execute format('revoke execute on function %s from public', taken);
    end loop;
end
$$
