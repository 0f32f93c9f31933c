//! A history that is told event by event.

use bytes::Bytes;
use domain::{AccountId, CommandId, EventId, Position};
use event_store::{DecodeError, Envelope, RecordedEvent, decode, event_fields};
use reducers::KnownEvent;
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::crowd::Crowd;
use crate::property::at as at_sequence;
use crate::rows::known;

/// Room between two events for a position that changes, and nothing else.
const STRIDE: u64 = 10;

/// So many events of a crowd.
const CROWD: u64 = 100;

/// One thing that happened: data as in the log, and what the log says of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Happened {
    pub(super) name: String,
    pub(super) data: Value,
    pub(super) sequence: u64,
    pub(super) recorded_at: OffsetDateTime,
    pub(super) envelope: Envelope,
}

impl Happened {
    pub(super) fn position(&self) -> Position {
        at_sequence(self.sequence)
    }

    /// As a fold gets it, which must understand it.
    pub(super) fn known(&self) -> KnownEvent {
        let mut recorded = RecordedEvent {
            position: self.position(),
            subject: String::new(),
            recorded_at: self.recorded_at,
            envelope: Some(Envelope { event_type: self.name.clone(), ..self.envelope.clone() }),
            unreadable: None,
            data: Bytes::from(self.data.to_string()),
        };
        // Events of operators count in their own subject alone, and the refusal names it.
        if let Err(DecodeError::Misplaced { subject, .. }) = decode(&recorded) {
            recorded.subject = subject.to_string();
        }
        known(&recorded).unwrap_or_else(|| panic!("of no known type: {self:?}"))
    }
}

#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) events: Vec<Happened>,
}

impl Story {
    /// Tells the next event, and gives its position as other events refer to it.
    pub(super) fn tell(&mut self, name: &str, data: Value) -> String {
        let number = self.events.len() as u64 + 1;
        let happened = Happened {
            name: format!("rookery.{name}.v1"),
            data,
            sequence: number * STRIDE,
            recorded_at: time::macros::datetime!(2026-03-01 23:30 UTC)
                + Duration::hours(5) * i32::try_from(number).expect("small"),
            envelope: envelope(),
        };
        let position = happened.position();
        self.events.push(happened);
        position.get().to_string()
    }

    /// What a crowd does, at random.
    pub(super) fn of_crowd(seed: u64) -> Self {
        let (mut crowd, mut story) = (Crowd::new(seed, 6), Self::default());
        for number in 1..=CROWD {
            let event = crowd.draw(at_sequence(number * STRIDE));
            let (name, data) = event_store::encode(&event).expect("an event encodes");
            let name = name.trim_start_matches("rookery.").trim_end_matches(".v1");
            story.tell(name, serde_json::from_slice(&data).expect("JSON"));
        }
        story
    }

    /// As a fold gets it.
    pub(super) fn known(&self) -> Vec<KnownEvent> {
        self.events.iter().map(Happened::known).collect()
    }
}

/// The same for all events: what is told of them differs by nothing that the log does not say.
fn envelope() -> Envelope {
    Envelope {
        event: EventId(Uuid::from_u128(1)),
        event_type: String::new(),
        time: OffsetDateTime::UNIX_EPOCH,
        command: CommandId(Uuid::from_u128(2)),
        fingerprint: None,
        actor: AccountId::from_i64(1).expect("positive"),
        correlation: "test".to_owned(),
        causation: "test".to_owned(),
        trace_parent: None,
        edit_index: None,
    }
}

/// The names of the fields that a type may have.
pub(super) fn fields_of(name: &str) -> &'static [&'static str] {
    let known = event_fields().into_iter().find(|(known, _)| known == name);
    known.unwrap_or_else(|| panic!("{name} is not in the codec's table")).1
}
