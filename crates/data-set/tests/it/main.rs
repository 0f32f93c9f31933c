//! The data set against a real Postgres.

mod activity;
mod analysts;
mod data_sets;
mod migrations;
mod plans;
mod published;
mod versions;
