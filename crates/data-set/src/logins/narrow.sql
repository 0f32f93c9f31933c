-- Purpose: takes from everybody what Postgres grants to each user of a database.
do $$
declare
    taken regprocedure;
begin
    execute format('revoke temporary, create on database %I from public', current_database());
    revoke create on schema public from public;
    for taken in
        select oid::regprocedure
        from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace
            and (proname like 'pg\_%advisory%' or proname like 'lo\_%' or proname in ('lowrite', 'loread'))
    loop
        execute format('revoke execute on function %s from public', taken);
    end loop;
end
$$
