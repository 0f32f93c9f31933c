-- The reducers alone write; everybody else sees views and nothing behind them.
grant usage on schema control, social_v1, feeds_v1, published, served to rookery_reducer;
grant select, insert, update, delete on all tables in schema control, social_v1, feeds_v1 to rookery_reducer;
-- Versions are made, switched and dropped, and views described, by the owner.
revoke insert, update, delete on control.projection, control.data_set from rookery_reducer;
grant select on all tables in schema published, served to rookery_reducer;
grant usage on schema published, control to rookery_reader;
grant select on all tables in schema published to rookery_reader;
grant usage on schema served to rookery_query_api;
grant select on all tables in schema served to rookery_query_api;
-- Readiness compares what was applied with what the binary knows.
grant select on _sqlx_migrations to rookery_reducer, rookery_query_api;
