//! Which stream to use, and what to demand of it.

use std::time::Duration;

use domain::Shard;
use event_store::Lineage;

/// Which stream to use and what to demand of it.
#[derive(Debug, Clone)]
pub struct JetStreamConfig {
    /// For example `nats://127.0.0.1:4222`; may hold user and password.
    pub url: String,
    /// Shown in the broker's list of connections.
    pub client_name: String,
    pub shard: Shard,
    /// Make the stream where there is none. Without it a missing stream is an error.
    pub create: bool,
    /// Copies of every event; 1, 3 or 5. Used when the stream is made.
    pub replicas: usize,
    /// Bound of the stream in bytes; beyond it appends are refused. Used when the stream is made.
    pub stream_bytes_max: i64,
    /// Keyed commands that a dispatcher remembers, 24 bytes each.
    pub keys_max: usize,
    /// Bound in bytes of each bucket that grows with the accounts. Used when they are made.
    pub bucket_bytes_max: i64,
    /// Refuse any other log than this one.
    pub lineage: Option<Lineage>,
    /// How long one try waits for the broker's answer. Short: after a leader is lost it is the whole gap.
    pub ack_timeout: Duration,
    /// How long an append is tried before its outcome is called unknown.
    pub append_deadline: Duration,
}

impl JetStreamConfig {
    pub fn new(url: impl Into<String>, client_name: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            client_name: client_name.into(),
            shard: Shard(0),
            create: true,
            replicas: 1,
            stream_bytes_max: 8 << 30,
            keys_max: 10_000_000,
            bucket_bytes_max: 256 << 20,
            lineage: None,
            ack_timeout: Duration::from_secs(2),
            append_deadline: Duration::from_secs(8),
        }
    }

    pub fn stream_name(&self) -> String {
        format!("EVENTS_{}", self.shard.0)
    }
}
