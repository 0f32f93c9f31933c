-- Purpose: one user, as the connection's settings say. Run again, it changes what differs.
do $$
declare
    login text := current_setting('rookery.login');
begin
    if not exists (select from pg_roles where rolname = login) then
        execute format('create role %I', login);
    end if;
    execute format(
        'alter role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L',
        login, current_setting('rookery.password'));
    execute format('grant %I to %I', current_setting('rookery.group'), login);
    execute format(
        'alter role %I set default_transaction_read_only = %L', login, current_setting('rookery.reads_only'));
    execute format(
        'alter role %I set statement_timeout = %L', login, current_setting('rookery.statement_timeout_ms'));
end
$$
