-- Purpose: keeps analysts within bounds. Their logins get the same settings, which each of them may change for itself; so
--   the reducers call `guard.restrain` every second, which changes back what was changed and ends what exceeds the
--   bounds all the same. It runs with the rights of the superuser who runs this file, and takes no argument.
-- Index: the catalog's own. Run again, it replaces the functions and keeps the bounds.
create schema if not exists guard;

-- An operator may change them.
create table if not exists guard.bounds (
    is_only boolean not null default true,
    -- Of one login, and of all.
    connections_each integer not null default 8 check (connections_each > 0),
    connections_all integer not null default 20 check (connections_all > 0),
    statement interval not null default '10 minutes',
    -- Between two statements of a transaction.
    idle_in_transaction interval not null default '1 minute',
    -- It keeps the server from removing old rows.
    transaction interval not null default '15 minutes',
    -- On disk, of one connection.
    temporary_kb integer not null default 262144 check (temporary_kb > 0),
    -- Of the server's queue of notifications, on which a log on Postgres depends; 1 is all of it.
    notifications double precision not null default 0.005,
    -- Until then nobody is let in.
    closed_until timestamptz not null default '-infinity',
    constraint bounds_pk primary key (is_only),
    constraint bounds_only check (is_only)
);
insert into guard.bounds default values on conflict do nothing;

-- Analysts' logins that make.sql made.
create table if not exists guard.login (
    name name not null,
    -- As pg_authid has it.
    secret text not null,
    constraint login_pk primary key (name)
);

-- All who may read and are no service, whoever made them.
create or replace view guard.analyst as
select r.oid, r.rolname as name, r.rolconnlimit as connections, r.rolpassword as secret
from pg_authid r
where r.rolcanlogin and not r.rolsuper
    and pg_has_role(r.oid, 'rookery_reader'::name, 'usage')
    and not pg_has_role(r.oid, 'rookery_query_api'::name, 'usage')
    and not pg_has_role(r.oid, 'rookery_reducer'::name, 'usage')
    and r.oid <> (select d.datdba from pg_database d where d.datname = current_database());

-- Sessions of analysts, each with the first bound that it exceeds.
create or replace view guard.session as
select
    s.pid, s.usename as login,
    case
        when s.datid <> (select oid from pg_database where datname = current_database())
            and exists (select from guard.login l where l.name = s.usename) then 'another database'
        when s.state like 'idle in transaction%' and s.state_change < clock_timestamp() - b.idle_in_transaction
            then 'idle transaction'
        when s.state not like 'idle%' and s.query_start < clock_timestamp() - b.statement then 'long statement'
        when s.xact_start < clock_timestamp() - b.transaction then 'long transaction'
        when row_number() over (partition by s.usesysid order by s.backend_start, s.pid) > b.connections_each
            or row_number() over (order by s.backend_start, s.pid) > b.connections_all then 'too many connections'
        -- Nobody can tell who listens and does not take what is sent.
        when pg_notification_queue_usage() > b.notifications then 'notifications'
    end as excess
from pg_stat_activity s
join guard.analyst a on a.oid = s.usesysid
cross join guard.bounds b
where s.backend_type = 'client backend';

create or replace function guard.settings() returns text[]
language sql stable set search_path = pg_catalog, pg_temp as $$
    select array[
        'default_transaction_read_only=on',
        'idle_in_transaction_session_timeout=' || (extract(epoch from b.idle_in_transaction) * 1000)::bigint,
        'search_path=published',
        'statement_timeout=' || (extract(epoch from b.statement) * 1000)::bigint,
        -- No user may change this one.
        'temp_file_limit=' || b.temporary_kb
    ]
    from guard.bounds b
$$;

-- One login as it has to be; what was not.
create or replace function guard.restore(analyst guard.analyst) returns text[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    wanted constant text[] := guard.settings();
    has text[];
    restored text[] := '{}';
    -- So that all together have no more than they may.
    connections integer := (
        select case
            when b.closed_until > clock_timestamp() then 0
            else greatest(1, least(b.connections_each, b.connections_all / (select count(*) from guard.analyst)))
        end
        from guard.bounds b);
    secret text := (select l.secret from guard.login l where l.name = analyst.name);
    elsewhere name;
    setting text;
begin
    for elsewhere in
        select d.datname from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
        where s.setrole = analyst.oid
    loop
        execute format('alter role %I in database %I reset all', analyst.name, elsewhere);
        restored := array['settings'];
    end loop;
    select array_agg(c order by c collate "C") into has
    from pg_db_role_setting s cross join unnest(s.setconfig) c
    where s.setrole = analyst.oid and s.setdatabase = 0;
    if has is distinct from wanted then
        execute format('alter role %I reset all', analyst.name);
        foreach setting in array wanted loop
            execute format('alter role %I set %I = %L',
                analyst.name, split_part(setting, '=', 1), split_part(setting, '=', 2));
        end loop;
        restored := array['settings'];
    end if;
    if analyst.connections <> connections then
        execute format('alter role %I connection limit %s', analyst.name, connections);
    end if;
    if secret is not null and analyst.secret is distinct from secret then
        execute format('alter role %I password %L', analyst.name, secret);
        restored := array_append(restored, 'password');
    end if;
    return restored;
end
$$;

-- What the reducers call: the sessions that were ended, and the logins that were restored, each with the reason.
create or replace function guard.restrain() returns table (login_name name, reason text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '200ms' as $$
declare
    analyst guard.analyst;
begin
    -- Of several reducers one is enough.
    if not pg_try_advisory_xact_lock(hashtext('rookery.guard')) then
        return;
    end if;
    return query
    with ended as materialized (select s.pid, s.login, s.excess from guard.session s where s.excess is not null)
    select e.login, e.excess from ended e where pg_terminate_backend(e.pid);
    for analyst in select a.* from guard.analyst a loop
        login_name := analyst.name;
        begin
            foreach reason in array guard.restore(analyst) loop
                return next;
            end loop;
        exception when lock_not_available or internal_error then
            -- It changes itself, and keeps the transaction open. The next call restores it.
            reason := 'in the way';
            perform pg_terminate_backend(s.pid) from pg_stat_activity s
            where s.usesysid = analyst.oid and s.xact_start is not null;
            return next;
        end;
    end loop;
end
$$;

-- What an operator's tool calls for whom analysts are in the way: ends all of their sessions, and lets them in again after
-- ten seconds. How many there were.
create or replace function guard.make_way() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '1s' as $$
declare
    analyst guard.analyst;
    ended bigint;
begin
    perform pg_advisory_xact_lock(hashtext('rookery.guard'));
    update guard.bounds set closed_until = clock_timestamp() + interval '10 seconds';
    with session as materialized (select s.pid from guard.session s)
    select count(*) into ended from session s where pg_terminate_backend(s.pid, 500);
    for analyst in select a.* from guard.analyst a loop
        begin
            perform guard.restore(analyst);
        exception when lock_not_available or internal_error then
            null;
        end;
    end loop;
    return ended;
end
$$;

revoke all on schema guard from public;
revoke all on all functions in schema guard from public;
grant usage on schema guard to rookery_reducer;
grant execute on function guard.restrain(), guard.make_way() to rookery_reducer;

do $$
declare
    owner name := (select pg_get_userbyid(d.datdba) from pg_database d where d.datname = current_database());
begin
    execute format('grant usage on schema guard to %I', owner);
    execute format('grant execute on function guard.restrain(), guard.make_way() to %I', owner);
    -- Slots that nobody else takes, of servers that keep some (reserved_connections).
    if exists (select from pg_roles where rolname = 'pg_use_reserved_connections') then
        execute 'grant pg_use_reserved_connections to rookery_reducer, rookery_query_api';
        if not (select rolsuper from pg_roles where rolname = owner) then
            execute format('grant pg_use_reserved_connections to %I', owner);
        end if;
    end if;
end
$$
