-- History is the data: nobody edits it, not even the tables' owner by mistake.
create function refuse_edit() returns trigger language plpgsql as $$
begin
    raise exception 'the log is never edited: % on % is refused', tg_op, tg_table_name
        using errcode = 'restrict_violation';
end
$$;

create trigger no_edits before update or delete or truncate on events
    for each statement execute function refuse_edit();

-- Its counters move; the row stays.
create trigger no_edits before delete or truncate on log
    for each statement execute function refuse_edit();

-- Also where a session replays changes for others (session_replication_role).
alter table events enable always trigger no_edits;
alter table log enable always trigger no_edits;
