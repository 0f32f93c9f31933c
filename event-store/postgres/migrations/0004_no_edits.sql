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

-- Who may append may count what was appended, and nothing else: a head beyond the events would be a hole for ever.
create function refuse_miscount() returns trigger language plpgsql as $$
begin
    if new.head < old.head or new.bytes < old.bytes
        or new.head - old.head <> (
            select count(*) from events where shard = new.shard and sequence > old.head
        )
        -- An event may have a megabyte.
        or new.bytes - old.bytes > (new.head - old.head) * 1048576
    then
        raise exception 'the log counts its events, and nothing else' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;

create trigger no_miscount before update on log
    for each row execute function refuse_miscount();

-- Also where a session replays changes for others (session_replication_role).
alter table events enable always trigger no_edits;
alter table log enable always trigger no_edits;
