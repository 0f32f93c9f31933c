//! The log: what all parts of the implementation share, and the contract's calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::{CommandId, Sequence, Shard};
use event_store::{
    AppendError, Appended, Buckets, EventLog, Lineage, NewEvent, ReadError, RecordedEvent, Subject, Tail,
};
use postgres_kit::Pool;
use sqlx::postgres::PgConnectOptions;

use crate::append::Queue;
use crate::bucket::PostgresBucket;
use crate::{bucket, read, tail};

#[derive(Debug)]
pub(crate) struct Inner {
    /// For reads, tails and the buckets; appends have a connection of their own.
    pub(crate) pool: Pool,
    pub(crate) appending: PgConnectOptions,
    pub(crate) shard: Shard,
    pub(crate) lineage: Lineage,
    /// Set when the log turned out to be another one than was opened; nothing is appended from then on.
    pub(crate) foreign: AtomicBool,
    pub(crate) bytes_max: i64,
    pub(crate) ack_timeout: Duration,
    pub(crate) append_deadline: Duration,
}

impl Inner {
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

/// Clones share everything.
#[derive(Debug, Clone)]
pub struct PostgresLog {
    pub(crate) inner: Arc<Inner>,
    pub(crate) queue: Queue,
}

impl PostgresLog {
    /// A bucket beside this log, whose entries are kept for so long after their last change.
    pub fn bucket(&self, name: &'static str, age_max: Option<Duration>) -> PostgresBucket {
        PostgresBucket::new(&self.inner.pool, self.inner.shard, name, age_max)
    }

    /// The buckets beside this log. Whoever has them also removes what has expired in all buckets.
    pub fn buckets(&self) -> Buckets {
        bucket::sweep_while_open(&self.inner);
        bucket::buckets(self)
    }
}

#[async_trait]
impl EventLog for PostgresLog {
    fn shard(&self) -> Shard {
        self.inner.shard
    }

    fn lineage(&self) -> Lineage {
        self.inner.lineage.clone()
    }

    async fn append(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        if self.inner.foreign.load(Ordering::Relaxed) {
            return Err(AppendError::Refused("the log was replaced by another one".to_owned()));
        }
        self.queue.append(command, events).await
    }

    async fn head(&self) -> Result<Sequence, ReadError> {
        read::head(&self.inner).await
    }

    async fn read(&self, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
        read::one(&self.inner, sequence).await
    }

    async fn read_subject(&self, subject: Subject, from: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        read::subject(&self.inner, &subject, from).await
    }

    async fn last(&self, subject: Subject) -> Result<Option<RecordedEvent>, ReadError> {
        read::last(&self.inner, &subject).await
    }

    async fn events_of(&self, command: CommandId, _until: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        read::of_command(&self.inner, command).await
    }

    async fn tail(&self, after: Sequence) -> Result<Tail, ReadError> {
        tail::follow(Arc::clone(&self.inner), after).await
    }
}
