//! The log on NATS JetStream: one stream per shard, one message per event.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use domain::{CommandId, Sequence, Shard};
use event_store::{
    AppendError, Appended, Cause, EventLog, Expected, KnownKeys, Lineage, NewEvent, ReadError, RecordedEvent,
    StoredEvent, Subject, Tail, Usage,
};

use crate::group::GroupCommit;
use crate::key_memory::KeyMemory;
use crate::stream::EventStream;
use crate::tail::Wanted;
use crate::write_error::WriteErrors;
use crate::{batch, last_of_each, publish, raw, read, tail};

const NO_KEYS: &str = "this log was opened by somebody who does not remember its keys";

#[derive(Debug, Clone)]
pub struct JetStreamLog {
    pub(crate) inner: Arc<EventStream>,
    pub(crate) group: GroupCommit,
    pub(crate) keys: Arc<OnceLock<KeyMemory>>,
}

impl JetStreamLog {
    /// The connection, for what lies beside the log on the same broker.
    pub fn client(&self) -> async_nats::Client {
        self.inner.client.clone()
    }

    /// Begins to remember keyed commands, without which [`EventLog::events_of`] is refused, and to count what accounts
    /// use ([`EventLog::usage`]): for the dispatcher.
    pub fn remember_keys(&self, max: usize) {
        self.keys.get_or_init(|| KeyMemory::start(Arc::clone(&self.inner), max));
    }

    /// The connection together with the write errors that were met on it, for what is written beside the log.
    pub fn write_errors(&self) -> &WriteErrors {
        &self.inner.write_errors
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

    fn usage(&self) -> Option<Arc<Usage>> {
        // Without the keys nobody follows the log.
        self.keys.get().map(|_| Arc::clone(&self.inner.usage))
    }

    async fn append(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        if self.inner.foreign.load(Ordering::Relaxed) {
            return Err(AppendError::Refused(Cause::new("the stream was replaced by another one")));
        }
        if self.inner.client.connection_state() != async_nats::connection::State::Connected {
            return Err(AppendError::Unavailable(Cause::new("no connection to the broker")));
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

    async fn last_of_each(&self, subjects: &[Subject]) -> Result<HashMap<Subject, RecordedEvent>, ReadError> {
        last_of_each::last_of_each(&self.inner, subjects).await
    }

    async fn events_of(&self, command: CommandId, until: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        match self.keys.get() {
            Some(keys) => keys.events_of(&self.inner, command, until).await,
            None => Err(ReadError::Unavailable(Cause::new(NO_KEYS.to_owned()))),
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
