//! The `rookery` command: the whole system in one process, and the operator's tools.
//!
//! [`commands`] holds a file per command. What they share stands beside it: where things are in a data directory, the
//! keys that sign tokens, how to reach a running system, how to read
//! a period, how to watch the data set, and how to be called again. No rule of the domain, no route and no SQL is here;
//! `up` only puts together what the other crates offer.

mod api_access;
mod bytes;
pub mod cli;
pub mod commands;
mod connections;
mod data_dir;
mod files;
mod invocation;
mod logging;
mod period;
mod progress;
mod signing_keys;
mod watch;
