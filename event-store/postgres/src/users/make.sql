-- Purpose: one user, as the connection's settings say, and a database that only such users enter. Run again, it changes
-- what differs.
do $$
declare
    name text := current_setting('rookery.user');
    role text := current_setting('rookery.group');
begin
    if not exists (select from pg_roles where rolname = name) then
        execute format('create role %I', name);
    end if;
    execute format(
        'alter role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L',
        name, current_setting('rookery.password'));
    execute format('grant %I to %I', role, name);
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to %I', current_database(), role);
end
$$
