//! The Postgres side of Rookery: [`mod@write`] for the reducers, [`read`] for the query API, [`audit`] for the oracle,
//! [`versions`] of what is written for its operator.
//!
//! This crate does not know NATS or HTTP. It is the only one that speaks SQL; its statements stand in files of their own
//! beside the functions that run them.

pub mod adopt;
pub mod audit;
mod granularity;
pub mod logins;
pub mod migrate;
pub mod pool;
pub mod read;
mod timestamp;
pub mod versions;
pub mod write;

pub use pool::Pool;
