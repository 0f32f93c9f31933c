#!/bin/sh
# The first start of the database: the group roles, the owner of the schema, and the database. The migrations find the
# roles made, so that the owner needs no right to make any.
set -eu
# From standard input, so that the password is on no command line.
psql --username=postgres --no-psqlrc --set=ON_ERROR_STOP=1 <<SQL
set log_statement = 'none';
create role rookery_reducer nologin;
create role rookery_reader nologin;
create role rookery_query_api nologin in role rookery_reader;
create role rookery_owner login password '$(cat /secrets/postgres/owner)';
create database rookery owner rookery_owner;
SQL
