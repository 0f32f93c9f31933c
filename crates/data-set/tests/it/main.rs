//! The data set against a real Postgres.

mod activity;
mod analysts;
mod migrations;
mod plans;
mod published;
mod versions;
