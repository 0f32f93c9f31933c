-- Purpose: rows in every table of every projection, so that whatever a view can show as null it shows: 1 without nulls,
--   2 with all of them, and one in each table that no other table has the key of.
do $$
declare
    named record;
    row_number integer;
begin
    for named in
        select c.oid, n.nspname, c.relname, row_number() over (order by n.nspname, c.relname) as place
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join control.projection p on n.nspname = p.projection || '_v' || p.version
        where c.relkind = 'r'
    loop
        foreach row_number in array array[1, 2, 1000 + named.place] loop
            execute (
                select format('insert into %I.%I (%s) values (%s)', named.nspname, named.relname,
                    string_agg(quote_ident(a.attname), ', ' order by a.attnum),
                    string_agg(case
                        when row_number = 2 and not a.attnotnull then 'null'
                        when t.typname in ('int2', 'int4', 'int8') then row_number::text
                        when t.typname = 'timestamptz' then quote_literal(timestamptz '2026-01-01Z' + row_number * interval '1 hour')
                        when t.typname = 'date' then quote_literal(date '2026-01-01' + row_number)
                        when t.typname = 'bool' then 'true'
                        when t.typname = '_text' then '''{x}'''
                        when t.typtype = 'e' then format('(enum_range(null::%s))[1]', a.atttypid::regtype)
                        else quote_literal('x' || row_number)
                    end, ', ' order by a.attnum))
                from pg_attribute a join pg_type t on t.oid = a.atttypid
                where a.attrelid = named.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '');
        end loop;
    end loop;
end
$$;
-- What is not split is counted below its month, and there is a month of each tag.
insert into social_v1.message_count (author, tag, granularity, starts_at, messages) values (0, 'x2', 'month', '2026-01-01Z', 1);
-- One projection whose worker has told of itself, and others whose has not.
insert into control.checkpoint (projection, version, shard, position, lineage)
select projection, version, 0, 256, 'test' from control.projection;
insert into control.worker_heartbeat (projection, version, shard, head, seen_at, complete_until, refusal)
values ('social', 1, 0, 512, now(), now(), null);
insert into control.parked_event
    (projection, version, shard, position, subject, event_type, reason, detail, exclusive_keys, shared_keys)
values ('social', 1, 0, 512, 'ev.0.outbox.7', 'rookery.message.posted.v9', 'unknown-version', 'new', '{message/512}', '{}');
