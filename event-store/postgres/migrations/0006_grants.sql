-- The writer may append and count, and has the entries for itself; the reader may read the log; the operator may read it,
-- and append which events were given up and what was decided about accounts. Of the entries, those are changed by another
-- one, too, that say which keys sign and what was revoked; whoever runs jobs and commands reads the log and keeps their
-- ledger and durables; and the relay reads it, keeps the webhooks, and sees how far durables are.
grant select on log, events to rookery_log_writer, rookery_log_reader, rookery_log_operator, rookery_log_jobs, rookery_log_relay;
grant insert on events to rookery_log_writer, rookery_log_operator;
grant update (head, bytes) on log to rookery_log_writer, rookery_log_operator;
grant select, insert, update, delete on entry to rookery_log_writer;
grant select, insert, update on entry to rookery_log_keys, rookery_log_jobs, rookery_log_relay;
grant usage on sequence entry_revision to rookery_log_writer, rookery_log_keys, rookery_log_jobs, rookery_log_relay;
-- So that they can tell whether the schema is the one they know.
grant select on _sqlx_migrations to rookery_log_writer, rookery_log_reader, rookery_log_operator, rookery_log_jobs, rookery_log_relay;

alter table events enable row level security;
create policy everybody_reads on events for select using (true);
create policy the_writer_appends on events for insert to rookery_log_writer with check (true);
create policy the_operator_decides on events for insert to rookery_log_operator
    with check (
        aggregate_type = 'dropped'
            and aggregate_id ~ '^ev\.[0-9]+\.dropped\.[^.]+$'
            and event_type ~ '^rookery\.event\.dropped\.'
        or aggregate_type = 'moderation'
            and aggregate_id ~ '^ev\.[0-9]+\.moderation\.[0-9]+$'
            and event_type ~ '^rookery\.account\.(moderated|roles-changed)\.'
    );

alter table entry enable row level security;
create policy the_writer_keeps on entry to rookery_log_writer using (true);
create policy the_keys_are_changed on entry to rookery_log_keys using (bucket in ('KEYS', 'REVOCATIONS') or bucket = 'REGISTRATIONS' and key = 'invitations');
create policy the_jobs_are_kept on entry to rookery_log_jobs using (bucket in ('JOBS', 'CONSUMERS'));
create policy the_webhooks_are_kept on entry to rookery_log_relay using (bucket = 'WEBHOOKS');
create policy the_relay_sees_how_far_durables_are on entry for select to rookery_log_relay using (bucket = 'CONSUMERS');
