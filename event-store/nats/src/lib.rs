//! The log on NATS JetStream ([`JetStreamLog`]): one stream per shard, one message per event. Beside it, the buckets
//! ([`open_buckets`]): key-value buckets of the same broker.

mod batch;
mod bucket;
mod buckets;
mod config;
mod connect;
mod connection;
pub mod consumers;
mod direct_get;
mod errors;
mod group;
mod header_block;
mod key_memory;
mod last_of_each;
pub mod limits;
mod log;
mod message;
mod open;
mod origin;
mod page;
mod pages;
mod publish;
mod raw;
mod read;
mod restore;
mod restored_names;
mod stream;
mod tail;
mod write_error;

pub use bucket::JetStreamBucket;
pub use buckets::{find_bucket, open_buckets};
pub use config::JetStreamConfig;
pub use connect::connect;
pub use log::JetStreamLog;
pub use restore::{Restoration, RestoreError};
pub use write_error::WriteErrors;
