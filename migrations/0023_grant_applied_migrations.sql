-- The query API compares them with its own before it calls itself ready. The tool that applies this file makes the
-- table first.
grant select on _sqlx_migrations to rookery_reader, rookery_reducer;
