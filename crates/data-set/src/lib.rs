//! The data set in Postgres: [`mod@write`] for the reducers, [`read`] for the query API, [`audit`] for the oracle,
//! [`export`] for files, [`versions`] and [`adopt`] for the operator. [`published`] says what analysts may see,
//! [`analysts`] keeps them within bounds.
//!
//! This crate does not know NATS or HTTP. Its statements stand beside the functions that run them: in files, or as
//! constants where they have up to three lines.

pub mod adopt;
pub mod analysts;
pub mod audit;
mod describe;
pub mod export;
mod granularity;
pub mod logins;
pub mod migrate;
pub mod pool;
pub mod published;
pub mod read;
pub mod search_language;
mod timestamp;
pub mod versions;
pub mod write;

pub use domain::SHARD_BITS;
pub use pool::Pool;
pub use search_language::SearchLanguage;
