//! The log on NATS JetStream: one stream per shard, one message per event.

mod batch;
mod connection;
mod group;
mod header_block;
mod key_memory;
pub mod limits;
mod message;
pub(crate) mod open;
mod origin;
mod pages;
pub(crate) mod publish;
mod raw;
mod read;
mod restore;
mod tail;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_nats::jetstream;
use async_trait::async_trait;
use domain::{CommandId, Position, Sequence, Shard};
use fail_points::planted;
use tokio::sync::Semaphore;

use crate::contract::{
    AppendError, Appended, EventLog, Expected, KnownKeys, Lineage, NewEvent, ReadError, RecordedEvent,
    StoredEvent, Tail,
};
use crate::subject::Subject;
use crate::write_error::{StreamWrites, WriteErrors};

use self::group::GroupCommit;
use self::key_memory::KeyMemory;
pub use self::open::connect;
use self::pages::Pages;
pub use self::restore::{Restoration, RestoreError};
use self::tail::Wanted;

const NO_KEYS: &str = "this log was opened by somebody who does not remember its keys";

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
    /// Bound of the bucket of password hashes, and of that of sessions, in bytes. Used when they are made.
    pub vault_bytes_max: i64,
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
            vault_bytes_max: 256 << 20,
            lineage: None,
            ack_timeout: Duration::from_secs(2),
            append_deadline: Duration::from_secs(8),
        }
    }

    pub fn stream_name(&self) -> String {
        format!("EVENTS_{}", self.shard.0)
    }
}

/// What all parts of the implementation share.
#[derive(Debug)]
struct Inner {
    /// For appends, and for everything whose answers are the broker's own words.
    client: async_nats::Client,
    /// For connections of another kind.
    url: String,
    client_name: String,
    pages: Pages,
    writes: StreamWrites,
    write_errors: WriteErrors,
    stream: jetstream::stream::Stream<()>,
    stream_name: Arc<str>,
    shard: Shard,
    lineage: Lineage,
    /// Up to here events hold the time at which the log that they were restored from had recorded them; 0 where the
    /// stream was not restored.
    restored_until: u64,
    /// Set when the stream turned out to be another one than was opened; nothing is appended from then on.
    foreign: AtomicBool,
    batches: Semaphore,
    ack_timeout: Duration,
    append_deadline: Duration,
}

#[derive(Debug, Clone)]
pub struct JetStreamLog {
    inner: Arc<Inner>,
    group: GroupCommit,
    keys: Arc<OnceLock<KeyMemory>>,
}

impl JetStreamLog {
    /// The connection, for what lies beside the log on the same broker.
    pub fn client(&self) -> async_nats::Client {
        self.inner.client.clone()
    }

    /// Begins to remember keyed commands, without which [`EventLog::events_of`] is refused: for whoever carries them out.
    pub fn remember_keys(&self, max: usize) {
        self.keys.get_or_init(|| KeyMemory::start(Arc::clone(&self.inner), max));
    }

    /// The connection together with the write errors that were met on it, for what is written beside the log.
    pub fn write_errors(&self) -> &WriteErrors {
        &self.inner.write_errors
    }
}

impl JetStreamLog {
    /// A planted bug: an answer that does not wait for the broker's.
    async fn promise(&self, command: CommandId, mut events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        let head = self.head().await.map_err(|error| AppendError::Unavailable(error.to_string()))?;
        let (group, position) = (self.group.clone(), Position::new(head.next(), self.shard()));
        if let Some(event) = events.pop() {
            tokio::spawn(async move { group.append(command, event).await });
        }
        Ok(Appended { positions: vec![position], repeated: false })
    }
}

#[async_trait]
impl EventLog for JetStreamLog {
    fn shard(&self) -> Shard {
        self.inner.shard
    }

    fn lineage(&self) -> Lineage {
        self.inner.lineage.clone()
    }

    fn write_error(&self) -> Option<String> {
        self.inner.write_errors.standing()
    }

    async fn append(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        if self.inner.foreign.load(Ordering::Relaxed) {
            return Err(AppendError::Refused("the stream was replaced by another one".to_owned()));
        }
        if self.inner.client.connection_state() != async_nats::connection::State::Connected {
            return Err(AppendError::Unavailable("no connection to the broker".to_owned()));
        }
        if planted("ack-before-commit") && events.len() == 1 {
            return self.promise(command, events).await;
        }
        match <[NewEvent; 1]>::try_from(events) {
            // Only appends without an expectation share a batch: one conflict refuses a whole batch.
            Ok([event]) if event.expected == Expected::Any => self.group.append(command, event).await,
            Ok([event]) => publish::append_one(&self.inner, command, &event, false).await,
            Err(events) => batch::append_all(&self.inner, command, &events).await,
        }
    }

    async fn head(&self) -> Result<Sequence, ReadError> {
        self.inner.head().await
    }

    async fn read(&self, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
        read::one(&self.inner, sequence).await
    }

    async fn read_subject(&self, subject: Subject, from: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        read::subject(&self.inner, subject, from).await
    }

    async fn last(&self, subject: Subject) -> Result<Option<RecordedEvent>, ReadError> {
        read::last(&self.inner, &subject.to_string()).await
    }

    async fn events_of(&self, command: CommandId, until: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        match self.keys.get() {
            Some(keys) => keys.events_of(&self.inner, command, until).await,
            None => Err(ReadError::Unavailable(NO_KEYS.to_owned())),
        }
    }

    fn known_keys(&self) -> KnownKeys {
        let none = || KnownKeys { horizon: Duration::ZERO, remembered: 0, refusal: Some(NO_KEYS.to_owned()) };
        self.keys.get().map_or_else(none, KeyMemory::state)
    }

    async fn tail(&self, after: Sequence) -> Result<Tail, ReadError> {
        tail::follow(Arc::clone(&self.inner), after, Wanted::whole(raw::recorded)).await
    }

    async fn tail_stored(&self, after: Sequence) -> Result<Tail<StoredEvent>, ReadError> {
        tail::follow(Arc::clone(&self.inner), after, Wanted::whole(raw::stored)).await
    }
}

impl Inner {
    fn position(&self, sequence: u64) -> Position {
        // The broker counts from 1 and cannot reach 2^55; saturating keeps an impossible answer from panicking.
        Position::new(Sequence::new(sequence).unwrap_or(Sequence::MAX), self.shard)
    }

    /// Asks the stream's leader, and makes sure that it is still the stream that was opened.
    async fn head(&self) -> Result<Sequence, ReadError> {
        let info = self.stream.get_info().await.map_err(|error| ReadError::Unavailable(error.to_string()))?;
        let found = open::lineage_of(&info);
        if found != self.lineage {
            self.foreign.store(true, Ordering::Relaxed);
            return Err(ReadError::OtherLineage { expected: self.lineage.clone(), found });
        }
        Ok(Sequence::new(info.state.last_sequence).unwrap_or(Sequence::MAX))
    }
}
