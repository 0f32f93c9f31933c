//! The data set against a real Postgres.

mod activity;
mod migrations;
mod plans;
mod published;
mod versions;
