//! A log in memory, for tests of what stands on a log. It keeps every promise of the contract except durability, and
//! runs the same conformance suite.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{CommandId, Position, Sequence, Shard};
use time::OffsetDateTime;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use crate::cause::Cause;
use crate::contract::{
    AppendError, Appended, EventLog, Expected, Lineage, NewEvent, ReadError, RecordedEvent, Tail,
};
use crate::subject::{Boundary, Subject};
use crate::usage::{Room, Usage};

/// Events that a tail holds ready.
const TAIL_BUFFER: usize = 1_000;

#[derive(Debug, Default)]
struct Stored {
    bytes: u64,
    /// The event with sequence n is at n - 1.
    events: Vec<RecordedEvent>,
    last_of_subject: HashMap<Subject, Sequence>,
    appended: HashMap<CommandId, Vec<Position>>,
}

#[derive(Debug, Clone)]
pub struct InMemoryLog {
    shard: Shard,
    lineage: Lineage,
    stored: Arc<Mutex<Stored>>,
    head: watch::Sender<u64>,
    usage: Arc<Usage>,
    bytes_max: u64,
}

impl InMemoryLog {
    pub fn new(shard: Shard) -> Self {
        Self {
            shard,
            lineage: Lineage(format!("in-memory/{}", Uuid::now_v7()).into()),
            stored: Arc::default(),
            head: watch::Sender::new(0),
            usage: Arc::default(),
            bytes_max: u64::MAX,
        }
    }

    /// The same, for so many bytes.
    #[must_use]
    pub fn with_bytes_max(self, bytes_max: u64) -> Self {
        self.usage.saw_room(Room { used: 0, bytes_max });
        Self { bytes_max, ..self }
    }

    fn stored(&self) -> MutexGuard<'_, Stored> {
        // A panic while the lock was held cannot leave half an append: the pushes below do not fail.
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append_locked(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        let mut stored = self.stored();
        if let Some(positions) = stored.appended.get(&command) {
            return Ok(Appended { positions: positions.clone(), repeated: true });
        }
        let conflict = events.iter().any(|event| match event.expected {
            Expected::Any => false,
            Expected::Last(expected) => {
                stored.last_of_subject.get(&event.subject).copied().unwrap_or_default() != expected
            }
        });
        if conflict {
            return Err(AppendError::Conflict);
        }
        let bytes = stored.bytes + events.iter().map(NewEvent::bytes).sum::<u64>();
        if bytes > self.bytes_max {
            return Err(AppendError::Full(Cause::new("it may hold no more bytes")));
        }
        stored.bytes = bytes;
        let mut positions = Vec::with_capacity(events.len());
        for event in events {
            let (actor, size) = (event.envelope.actor, event.bytes());
            let sequence = Sequence::new(stored.events.len() as u64 + 1)
                .ok_or_else(|| AppendError::Full(Cause::new("no sequence is left")))?;
            let position = Position::new(sequence, self.shard);
            let is_decision = matches!(event.subject.boundary(), Boundary::Moderation(_));
            stored.events.push(RecordedEvent {
                position,
                subject: event.subject.to_string(),
                recorded_at: OffsetDateTime::now_utc(),
                envelope: Some(event.envelope),
                unreadable: None,
                data: event.data,
            });
            stored.last_of_subject.insert(event.subject, sequence);
            positions.push(position);
            self.usage.counted(sequence, Some(actor), size, OffsetDateTime::now_utc());
            if is_decision {
                self.usage.saw_decision(sequence);
            }
        }
        stored.appended.insert(command, positions.clone());
        self.head.send_replace(stored.events.len() as u64);
        self.usage.saw_room(Room { used: bytes, bytes_max: self.bytes_max });
        Ok(Appended { positions, repeated: false })
    }

    fn events_from(&self, from: u64, max: usize) -> Vec<RecordedEvent> {
        let skip = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        self.stored().events.iter().skip(skip).take(max).cloned().collect()
    }
}

#[async_trait]
impl EventLog for InMemoryLog {
    fn shard(&self) -> Shard {
        self.shard
    }

    fn lineage(&self) -> Lineage {
        self.lineage.clone()
    }

    fn usage(&self) -> Option<Arc<Usage>> {
        Some(Arc::clone(&self.usage))
    }

    async fn append(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        self.append_locked(command, events)
    }

    async fn head(&self) -> Result<Sequence, ReadError> {
        Ok(Sequence::new(*self.head.borrow()).unwrap_or(Sequence::MAX))
    }

    async fn read(&self, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
        if sequence == Sequence::ZERO {
            return Ok(None);
        }
        Ok(self.events_from(sequence.get(), 1).into_iter().next())
    }

    async fn read_subject(&self, subject: Subject, from: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        let subject = subject.to_string();
        let mut events = self.events_from(from.get(), usize::MAX);
        events.retain(|event| event.subject == subject);
        Ok(events)
    }

    async fn last(&self, subject: Subject) -> Result<Option<RecordedEvent>, ReadError> {
        let last = self.stored().last_of_subject.get(&subject).copied();
        self.read(last.unwrap_or_default()).await
    }

    async fn events_of(&self, command: CommandId, _until: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        let stored = self.stored();
        let positions = stored.appended.get(&command).map(Vec::as_slice).unwrap_or_default();
        Ok(stored.events.iter().filter(|event| positions.contains(&event.position)).cloned().collect())
    }

    async fn tail(&self, after: Sequence) -> Result<Tail, ReadError> {
        let head = self.head().await?;
        if after > head {
            return Err(ReadError::BehindCheckpoint { after: after.get(), head: head.get() });
        }
        let (sender, events) = mpsc::channel(TAIL_BUFFER);
        let log = self.clone();
        let mut next = after.get() + 1;
        let mut head = self.head.subscribe();
        tokio::spawn(async move {
            loop {
                for event in log.events_from(next, TAIL_BUFFER) {
                    next += 1;
                    if sender.send(Ok(event)).await.is_err() {
                        return;
                    }
                }
                tokio::select! {
                    seen = head.wait_for(|head| *head >= next) => if seen.is_err() { return },
                    () = sender.closed() => return,
                }
            }
        });
        Ok(Tail::new(events))
    }
}
