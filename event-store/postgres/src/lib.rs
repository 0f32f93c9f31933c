//! The log on Postgres, for installations without NATS: [`PostgresLog`], and beside it the buckets.
//!
//! ```text
//!   append ──▶ queue ──▶ one transaction per group:  lock the shard's row · look up · insert · count up · NOTIFY
//!                                                                        │ commit
//!   tail   ◀── pages behind a sequence ◀── NOTIFY as a hint, and a look twice a second
//! ```
//!
//! Appends of a shard follow one another, because each holds the lock of the row that counts; so the order of commits
//! is the order of sequences, and no reader can see an event before the one that precedes it (`docs/adr/0009`).
//! Group commit makes that fast: what waits while a transaction is under way shares the next one.

mod append;
mod bucket;
mod count;
mod counters;
mod database;
mod error;
mod log;
mod open;
mod read;
mod row;
mod tail;
pub mod users;

pub use bucket::{PostgresBucket, find_bucket};
pub use log::PostgresLog;
pub use open::{PostgresConfig, is_acceptable, migrate};
