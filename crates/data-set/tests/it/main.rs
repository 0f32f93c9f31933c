//! The data set against a real Postgres.

mod migrations;
mod plans;
mod published;
mod versions;
