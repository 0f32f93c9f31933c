//! How to open a log of any kind, and what it is once it is open.

use std::sync::Arc;
use std::time::Duration;

use event_store::{Buckets, EventLog, Lineage, buckets};

use crate::scheme::Scheme;

/// How to open a log, and the bounds of one that is made.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// Says by its scheme what holds the log.
    pub url: String,
    /// Shown in the server's list of connections.
    pub client_name: String,
    /// Make the log where there is none.
    pub create: bool,
    /// Refuse any other log than this one.
    pub lineage: Option<Lineage>,
    /// Copies of every event, on NATS: 1, 3 or 5.
    pub replicas: usize,
    /// Beyond it appends are refused.
    pub log_bytes_max: i64,
    /// Keyed commands that are kept in memory, on NATS.
    pub keys_max: usize,
    /// Of each bucket that grows with the accounts, on NATS.
    pub bucket_bytes_max: i64,
    /// How long an append waits; `None`: as long as the store's own default says.
    pub patience: Option<Patience>,
}

/// How long an append waits.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For one answer of the server.
    pub ack_timeout: Duration,
    /// Until its outcome is called unknown.
    pub append_deadline: Duration,
}

/// An open log with what lies beside it.
#[derive(Debug, Clone)]
pub struct Store {
    pub log: Arc<dyn EventLog>,
    pub buckets: Buckets,
}

impl StoreConfig {
    pub fn new(url: impl Into<String>, client_name: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            client_name: client_name.into(),
            create: true,
            lineage: None,
            replicas: 1,
            log_bytes_max: 8 << 30,
            keys_max: 10_000_000,
            bucket_bytes_max: 256 << 20,
            patience: None,
        }
    }

    /// Bounds the log so that it and what lies beside it have room in so many bytes. Postgres reserves nothing, so
    /// there the log may grow to all of that.
    pub fn fit_into(&mut self, bytes: u64) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.log_bytes_max = match Scheme::of(&self.url) {
            Scheme::Nats => {
                let left = bytes.saturating_sub(buckets::bytes_max(self.bucket_bytes_max)).max(1);
                self.log_bytes_max.min(left)
            }
            Scheme::Postgres => bytes,
        };
    }
}
