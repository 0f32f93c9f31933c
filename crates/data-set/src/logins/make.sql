-- Purpose: one user, as the connection's settings say. Run again, it changes what differs.
do $$
declare
    login text := current_setting('rookery.login');
    role text := current_setting('rookery.group');
begin
    if not exists (select from pg_roles where rolname = login) then
        execute format('create role %I', login);
    end if;
    execute format(
        'alter role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L',
        login, current_setting('rookery.password'));
    execute format('grant %I to %I', role, login);
    if role = 'rookery_analyst' then
        insert into guard.login (name, secret) select rolname, rolpassword from pg_authid where rolname = login
        on conflict (name) do update set secret = excluded.secret;
        -- Its settings, as they will be restored.
        perform guard.restore(a) from guard.analyst a where a.name = login;
    else
        execute format(
            'alter role %I set default_transaction_read_only = %L', login, current_setting('rookery.reads_only'));
        -- For programs that set none; the services do.
        execute format('alter role %I set statement_timeout = %L', login, '60s');
    end if;
end
$$
