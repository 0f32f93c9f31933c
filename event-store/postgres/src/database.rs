//! The database that was opened: its connections, and which log it holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::Shard;
use event_store::{Lineage, ReadError, Usage};
use postgres_kit::Pool;
use sqlx::postgres::PgConnectOptions;

/// What appends to any shard notify: a look at a shard that has nothing new is one read of one row.
pub(crate) const CHANNEL: &str = "rookery_log";

#[derive(Debug)]
pub(crate) struct Database {
    /// For reads, tails and buckets; appends have a connection of their own.
    pub(crate) pool: Pool,
    pub(crate) appending: PgConnectOptions,
    pub(crate) shard: Shard,
    pub(crate) lineage: Lineage,
    /// Set when the log turned out to be another one than was opened; nothing is appended from then on.
    pub(crate) foreign: AtomicBool,
    pub(crate) bytes_max: i64,
    pub(crate) ack_timeout: Duration,
    pub(crate) append_deadline: Duration,
    pub(crate) usage: Arc<Usage>,
}

impl Database {
    /// `smallint` in the tables.
    pub(crate) fn shard(&self) -> i16 {
        i16::from(self.shard.0)
    }

    /// Remembers that the log is another one by now.
    pub(crate) fn other_lineage(&self, found: Lineage) -> ReadError {
        self.foreign.store(true, Ordering::Relaxed);
        ReadError::OtherLineage { expected: self.lineage.clone(), found }
    }
}
