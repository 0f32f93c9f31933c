//! The command API: HTTP in, events out.
//!
//! A 2xx means that the command's event is in the log for good, a definite 4xx that it never will be. This crate does
//! not know SQL and never reads the data set: what a decision needs, it reads from the log.

mod accounts;
mod command;
pub mod commands;
pub mod config;
mod connect;
pub mod credential_store;
pub mod decision;
pub mod executor;
mod graph;
mod imports;
mod messages;
mod notifications;
mod openapi;
mod parse;
mod problems;
mod reactions;
mod router;
mod sessions;
mod state;
pub mod stores;

pub use connect::{connect, register_checks};
pub use openapi::openapi;
pub use router::router;
pub use sessions::{RotateError, SessionSettings, SigningKeys, rotate_signing_keys};
pub use state::State;
