-- The writer may append and count, and has the entries for itself; the reader may read the log.
grant select on log, events to rookery_log_writer, rookery_log_reader;
grant insert on events to rookery_log_writer;
grant update (head, bytes) on log to rookery_log_writer;
grant select, insert, update, delete on entry to rookery_log_writer;
grant usage on sequence entry_revision to rookery_log_writer;
-- So that they can tell whether the schema is the one they know.
grant select on _sqlx_migrations to rookery_log_writer, rookery_log_reader;
