-- Group roles without login: who appends (the dispatcher), who only reads (reducers, tools), who may also say what
-- operators decided (an operator's tool), who may change keys and what was revoked, who runs jobs, and who hands events on. Roles belong to the whole server,
-- so another database on it may have made them already.
do $$
begin
    if not exists (select from pg_roles where rolname = 'rookery_log_writer') then
        create role rookery_log_writer nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'rookery_log_reader') then
        create role rookery_log_reader nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'rookery_log_operator') then
        create role rookery_log_operator nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'rookery_log_keys') then
        create role rookery_log_keys nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'rookery_log_jobs') then
        create role rookery_log_jobs nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'rookery_log_relay') then
        create role rookery_log_relay nologin;
    end if;
exception
    -- Two databases of one server may be migrated at the same moment.
    when duplicate_object or unique_violation then null;
end
$$;
