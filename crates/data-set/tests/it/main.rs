//! The data set against a real Postgres.

mod activity;
mod analysts;
mod data_sets;
mod exceptions;
mod migrations;
mod open_lineage;
mod plans;
mod published;
mod versions;
