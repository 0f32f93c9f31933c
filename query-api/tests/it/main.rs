//! The read API against a real Postgres: a file per operation, and one per promise that all of them share.

mod awaiting;
mod bad_input;
mod counts;
mod documentation;
mod get_history;
mod get_message;
mod identity;
mod list_messages;
mod outage;
mod process;
mod projections;
mod support;
