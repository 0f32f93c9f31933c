#!/bin/sh
# The first start of the database: the group roles, the owner of the schema, and the database. The migrations find the
# roles made, so that the owner needs no right to make any.
set -eu
# From standard input, so that the password is on no command line.
psql --username=postgres --no-psqlrc --set=ON_ERROR_STOP=1 <<SQL
set log_statement = 'none';
create role rookery_reducer nologin;
create role rookery_reader nologin;
create role rookery_analyst nologin in role rookery_reader;
create role rookery_query_api nologin in role rookery_reader;
create role rookery_owner login password '$(cat /secrets/postgres/owner)';
create database rookery owner rookery_owner;
-- Who has not said its password yet takes a slot, too. Some slots are the services' alone, from version 16 on.
alter system set authentication_timeout = '10s';
select 'alter system set reserved_connections = 20' where current_setting('server_version_num')::int >= 160000 \gexec
SQL
