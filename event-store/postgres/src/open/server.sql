-- Purpose: what of the server and of the tables would break a promise of the log.
-- Index: events_in_order, backwards, once per shard; the catalogues are small.
select
    current_setting('server_version_num')::integer as version,
    'Postgres ' || current_setting('server_version') as version_text,
    pg_is_in_recovery() as is_standby,
    current_setting('fsync')::boolean as syncs,
    current_setting('full_page_writes')::boolean as writes_full_pages,
    (
        select count(*)
        from pg_trigger
        where tgname = 'no_edits' and tgenabled = 'A' and tgrelid in ('events'::regclass, 'log'::regclass)
    ) as guards,
    not exists (
        select
        from log as l
            left join lateral (
                select e.sequence from events as e where e.shard = l.shard order by e.shard desc, e.sequence desc limit 1
            ) as newest on true
        where l.head <> coalesce(newest.sequence, 0)
    ) as counts_match
