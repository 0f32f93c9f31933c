//! The data set against a real Postgres.

mod analysts;
mod migrations;
mod plans;
mod published;
mod versions;
