-- Group roles without login; an installation grants them to the users that its services and analysts connect as. Roles
-- belong to the whole server, so another database on it may have made them already.
do $$
begin
    if not exists (select from pg_roles where rolname = 'rookery_reducer') then
        create role rookery_reducer nologin;
    end if;
    -- Sees what is published: the right that both of the next two have.
    if not exists (select from pg_roles where rolname = 'rookery_reader') then
        create role rookery_reader nologin;
    end if;
    -- People and their programs, who are kept within bounds.
    if not exists (select from pg_roles where rolname = 'rookery_analyst') then
        create role rookery_analyst nologin in role rookery_reader;
    end if;
    -- Sees, besides, what accounts keep to themselves.
    if not exists (select from pg_roles where rolname = 'rookery_query_api') then
        create role rookery_query_api nologin in role rookery_reader;
    end if;
exception
    -- Two databases of one server may be migrated at the same moment.
    when duplicate_object or unique_violation then null;
end
$$;
