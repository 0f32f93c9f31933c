//! Writes events whose ids and times depend on nothing: what the dispatcher would have written, and what it never
//! would.

use std::collections::HashMap;

use domain::{AccountId, CommandId, Event, EventId, MessageId, Position, Sequence, Shard};
use event_store::conformance::{FRAMES, publish_frame};
use event_store::{
    Boundary, EditIndex, Envelope, EventLog, Expected, Fingerprint, NewEvent, Subject, TraceParent, encode,
};
use event_store_nats::JetStreamLog;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Of the shape of a UUIDv7; what is added to it counts up.
const EVENT_IDS: u128 = 0x019a_c000_0000_7000_8000_0000_0000_0000;
const COMMAND_IDS: u128 = 0x019a_c000_0000_7001_8000_0000_0000_0000;
/// 2026-11-01T00:00:00Z.
const BEGINNING: i64 = 1_793_491_200;
const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

pub(super) struct Writer<'a> {
    log: &'a JetStreamLog,
    url: String,
    head: u64,
    commands: u128,
    /// Of subjects that are appended to with an expectation.
    last: HashMap<String, Sequence>,
}

/// Who commands, and how.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) actor: AccountId,
    pub(super) key: Option<&'a str>,
}

impl From<AccountId> for By<'_> {
    fn from(actor: AccountId) -> Self {
        Self { actor, key: None }
    }
}

pub(super) fn at(sequence: u64) -> Position {
    Position::new(Sequence::new(sequence).expect("a short log"), Shard(0))
}

pub(super) fn message(sequence: u64) -> MessageId {
    MessageId::at(at(sequence))
}

impl<'a> Writer<'a> {
    pub(super) fn new(log: &'a JetStreamLog, url: String) -> Self {
        Self { log, url, head: 0, commands: 0, last: HashMap::new() }
    }

    /// The sequence that the next event gets.
    pub(super) fn next(&self) -> u64 {
        self.head + 1
    }

    /// Appends one event and gives its sequence.
    pub(super) async fn put(&mut self, by: impl Into<By<'_>>, event: impl Into<Event>) -> u64 {
        self.all(by, vec![event.into()]).await
    }

    /// Appends the events of one command and gives the last one's sequence.
    pub(super) async fn all(&mut self, by: impl Into<By<'_>>, events: Vec<Event>) -> u64 {
        let by = by.into();
        let mut appended = Vec::new();
        for event in events {
            let (event_type, data) = encode(&event).expect("an event encodes");
            let subject = Subject::of(Shard(0), &event);
            appended.push(self.new_event(by, appended.len(), subject, event_type, data.to_vec(), None));
        }
        self.append(appended).await
    }

    /// An edit, a deletion or a block with its entries in the index of its subject.
    pub(super) async fn edit(&mut self, actor: AccountId, event: impl Into<Event>, index: &str) -> u64 {
        let event = event.into();
        let (event_type, data) = encode(&event).expect("an event encodes");
        let index = index.parse().expect("an index");
        let subject = Subject::of(Shard(0), &event);
        let event = self.new_event(actor.into(), 0, subject, event_type, data.to_vec(), Some(index));
        self.append(vec![event]).await
    }

    /// An event of any type with any data.
    pub(super) async fn raw(
        &mut self,
        actor: AccountId,
        boundary: Boundary,
        event_type: &str,
        data: &str,
    ) -> u64 {
        let subject = Subject::new(Shard(0), boundary);
        let event = self.new_event(actor.into(), 0, subject, event_type.to_owned(), data.into(), None);
        self.append(vec![event]).await
    }

    /// A message that no client library would send.
    pub(super) async fn frame(&mut self, name: &str) -> u64 {
        let frame = FRAMES.iter().find(|frame| frame.name == name);
        let sequence = publish_frame(&self.url, frame.expect("there is such a frame")).await;
        assert_eq!(sequence, self.next());
        self.head = sequence;
        sequence
    }

    fn new_event(
        &self,
        by: By<'_>,
        index: usize,
        subject: Subject,
        event_type: String,
        data: Vec<u8>,
        edit_index: Option<EditIndex>,
    ) -> NewEvent {
        let event = u128::from(self.head) + index as u128 + 1;
        let command = match by.key {
            Some(key) => CommandId::derived(by.actor, key),
            None => CommandId(Uuid::from_u128(COMMAND_IDS + self.commands)),
        };
        let begun = OffsetDateTime::from_unix_timestamp(BEGINNING).expect("a time");
        let seconds = i64::try_from(self.commands).expect("few");
        let expected = match subject.boundary() {
            Boundary::Account(_)
            | Boundary::Handle(_)
            | Boundary::Edits(_)
            | Boundary::Blocks(_)
            | Boundary::Moderation(_)
            | Boundary::Reports(_) => {
                Expected::Last(self.last.get(&subject.to_string()).copied().unwrap_or(Sequence::ZERO))
            }
            _ => Expected::Any,
        };
        let envelope = Envelope {
            event: EventId(Uuid::from_u128(EVENT_IDS + event)),
            event_type,
            time: begun + Duration::seconds(seconds),
            command,
            fingerprint: by.key.map(|key| Fingerprint::of_digest([key.as_bytes()[0]; 32])),
            actor: by.actor,
            correlation: format!("request-{}", self.commands),
            causation: command.to_string(),
            trace_parent: self.commands.is_multiple_of(7).then(|| TraceParent(TRACE.to_owned())),
            edit_index,
        };
        NewEvent { subject, expected, envelope, data: data.into() }
    }

    async fn append(&mut self, events: Vec<NewEvent>) -> u64 {
        let subjects: Vec<String> = events.iter().map(|event| event.subject.to_string()).collect();
        let command = events.first().expect("a command has events").envelope.command;
        let appended = self.log.append(command, events).await.expect("appended");
        assert!(!appended.repeated);
        for (subject, position) in subjects.into_iter().zip(&appended.positions) {
            assert_eq!(position.sequence().get(), self.next(), "nobody else writes");
            self.head += 1;
            self.last.insert(subject, position.sequence());
        }
        self.commands += 1;
        self.head
    }
}
