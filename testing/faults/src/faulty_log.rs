//! Bugs at the log: a log that breaks its contract in front of one that keeps it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{CommandId, Position, Sequence, Shard};
use event_store::{
    AppendError, Appended, Cause, EventLog, Expected, KnownKeys, Lineage, NewEvent, ReadError, RecordedEvent,
    StoredEvent, Subject, Tail, Usage,
};
use event_store_open::Store;
use fail_points::planted;

#[derive(Debug)]
struct FaultyLog(Arc<dyn EventLog>);

/// The store, with the bug that is planted in this process.
#[must_use]
pub fn plant(store: Store) -> Store {
    Store { log: Arc::new(FaultyLog(store.log)), ..store }
}

impl FaultyLog {
    /// An answer that does not wait for the broker's.
    async fn promise(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        let head = self.0.head().await.map_err(|error| AppendError::Unavailable(Cause::new(error)))?;
        let (log, position) = (Arc::clone(&self.0), Position::new(head.next(), self.0.shard()));
        tokio::spawn(async move { log.append(command, events).await });
        Ok(Appended { positions: vec![position], repeated: false })
    }
}

#[async_trait]
impl EventLog for FaultyLog {
    async fn append(&self, command: CommandId, mut events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        for event in &mut events {
            if event.expected == Expected::Last(Sequence::ZERO) && planted("missing-expected-zero") {
                event.expected = Expected::Any;
            }
        }
        if events.len() == 1 && planted("ack-before-commit") {
            return self.promise(command, events).await;
        }
        match self.0.append(command, events).await {
            Err(AppendError::Unknown(why)) if planted("silence-is-refusal") => {
                Err(AppendError::Unavailable(why))
            }
            appended => appended,
        }
    }

    fn shard(&self) -> Shard {
        self.0.shard()
    }

    fn lineage(&self) -> Lineage {
        self.0.lineage()
    }

    fn write_error(&self) -> Option<String> {
        self.0.write_error()
    }

    fn usage(&self) -> Option<Arc<Usage>> {
        self.0.usage()
    }

    async fn head(&self) -> Result<Sequence, ReadError> {
        self.0.head().await
    }

    async fn read(&self, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
        self.0.read(sequence).await
    }

    async fn read_subject(&self, subject: Subject, from: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        self.0.read_subject(subject, from).await
    }

    async fn last(&self, subject: Subject) -> Result<Option<RecordedEvent>, ReadError> {
        self.0.last(subject).await
    }

    async fn last_of_each(&self, subjects: &[Subject]) -> Result<HashMap<Subject, RecordedEvent>, ReadError> {
        self.0.last_of_each(subjects).await
    }

    async fn events_of(&self, command: CommandId, until: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        self.0.events_of(command, until).await
    }

    fn known_keys(&self) -> KnownKeys {
        self.0.known_keys()
    }

    async fn tail(&self, after: Sequence) -> Result<Tail, ReadError> {
        self.0.tail(after).await
    }

    async fn tail_stored(&self, after: Sequence) -> Result<Tail<StoredEvent>, ReadError> {
        self.0.tail_stored(after).await
    }
}
