-- Purpose: which migrations the database has.
-- Index: none, the table is small.
select version, checksum from _sqlx_migrations where success
