"""A database of an analyst's own, beside that of Rookery.

`published` in it is the data set by postgres_fdw, read as the analyst; `drifted` is a copy of it, for whoever wants to spoil something.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

NAME = "own"


def analyst(data_dir):
    """The address that `rookery up` gives to analysts."""
    return Path(data_dir, "analyst-url").read_text().strip()


def owner(data_dir, database=NAME):
    """Of the local server's superuser, who alone makes databases."""
    password = Path(data_dir, "postgres", "password").read_text().strip()
    return f"postgresql://postgres:{password}@{urlsplit(analyst(data_dir)).netloc.split('@')[1]}/{database}"


def variables(address):
    """As psql, dbt and datacontract-cli find their way. See docs/CONTRACT.md."""
    address = urlsplit(address)
    values = {
        "HOST": address.hostname,
        "PORT": str(address.port),
        "DATABASE": address.path.removeprefix("/"),
        "USER": address.username,
        "PASSWORD": address.password,
    }
    of_contract = {f"DATACONTRACT_POSTGRES_{name.replace('USER', 'USERNAME')}": value for name, value in values.items()}
    return {f"PG{name}": value for name, value in values.items()} | of_contract


def make(data_dir):
    with psycopg.connect(owner(data_dir, "postgres"), autocommit=True) as server:
        server.execute(f"drop database if exists {NAME}")
        server.execute(f"create database {NAME}")
    reader = variables(analyst(data_dir))
    options = sql.SQL(
        """
        create extension postgres_fdw;
        create server rookery foreign data wrapper postgres_fdw options (host {}, port {}, dbname {});
        create user mapping for current_user server rookery options (user {}, password {});
        create schema published;
        import foreign schema published from server rookery into published;
        """
    ).format(*(sql.Literal(reader[f"PG{name}"]) for name in ("HOST", "PORT", "DATABASE", "USER", "PASSWORD")))
    with psycopg.connect(owner(data_dir), autocommit=True) as own:
        own.execute(options)


def copy(data_dir):
    """All of it as at one moment."""
    with psycopg.connect(owner(data_dir)) as own:
        own.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        own.execute("drop schema if exists drifted cascade")
        own.execute("create schema drifted")
        tables = own.execute("select foreign_table_name from information_schema.foreign_tables").fetchall()
        for (table,) in tables:
            assert re.fullmatch("[a-z_]+", table), table
            own.execute(f"create table drifted.{table} as table published.{table}")
