-- Purpose: which migrations are applied.
-- Index: none; a row per migration.
select version, checksum from _sqlx_migrations where success
