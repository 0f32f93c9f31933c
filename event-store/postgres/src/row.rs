//! Events as rows, and rows as events.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use domain::{Position, Sequence, Shard};
use event_store::{Envelope, Expected, NewEvent, RecordedEvent};
use serde::de::IgnoredAny;
use time::OffsetDateTime;

/// JSON that stands where the data is none.
const NO_JSON: &str = "null";

/// An event on its way into the table.
#[derive(Debug)]
pub(crate) struct NewRow {
    pub(crate) kind: &'static str,
    pub(crate) subject: Arc<str>,
    /// Sequence that the subject's last event has to have.
    pub(crate) expected: Option<i64>,
    pub(crate) event_type: String,
    pub(crate) event_version: String,
    pub(crate) payload: String,
    pub(crate) raw: Option<Vec<u8>>,
    pub(crate) metadata: String,
}

impl NewRow {
    pub(crate) fn new(event: NewEvent) -> Self {
        let subject = event.subject.to_string();
        let headers: HashMap<_, _> = event.envelope.headers(&subject).into_iter().collect();
        let event_version = event.envelope.event_type.rsplit('.').next().unwrap_or_default().to_owned();
        let (payload, raw) = match json(&event.data) {
            Some(text) => (text, None),
            None => (NO_JSON.to_owned(), Some(event.data.into())),
        };
        Self {
            kind: event.subject.boundary().kind(),
            subject: subject.into(),
            expected: match event.expected {
                Expected::Any => None,
                Expected::Last(sequence) => Some(to_i64(sequence)),
            },
            event_type: event.envelope.event_type,
            event_version,
            payload,
            raw,
            // A map of texts is always JSON.
            metadata: serde_json::to_string(&headers).unwrap_or_default(),
        }
    }

    /// What it counts against the bound of the log.
    pub(crate) fn bytes(&self) -> i64 {
        let raw = self.raw.as_ref().map_or(0, Vec::len);
        let bytes = self.subject.len() + self.payload.len() + raw + self.metadata.len();
        i64::try_from(bytes).unwrap_or(i64::MAX)
    }
}

fn json(data: &Bytes) -> Option<String> {
    serde_json::from_slice::<IgnoredAny>(data).ok()?;
    String::from_utf8(data.to_vec()).ok()
}

/// A row of `page.sql` and its like.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Row {
    subject: String,
    sequence: i64,
    recorded_at: OffsetDateTime,
    payload: String,
    raw: Option<Vec<u8>>,
    metadata: String,
}

impl Row {
    pub(crate) fn into_event(self, shard: Shard) -> RecordedEvent {
        let headers: Option<HashMap<String, String>> = serde_json::from_str(&self.metadata).ok();
        let envelope = headers.and_then(|headers| {
            Envelope::from_headers(headers.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        });
        RecordedEvent {
            position: Position::new(to_sequence(self.sequence), shard),
            subject: self.subject,
            recorded_at: self.recorded_at,
            envelope,
            unreadable: None,
            data: self.raw.unwrap_or_else(|| self.payload.into_bytes()).into(),
        }
    }

    pub(crate) fn sequence(&self) -> u64 {
        self.sequence.unsigned_abs()
    }
}

/// The table forbids negative sequences, and a shard cannot reach 2^55 events.
pub(crate) fn to_sequence(sequence: i64) -> Sequence {
    Sequence::new(sequence.unsigned_abs()).unwrap_or(Sequence::MAX)
}

/// Sequences have 55 bits.
pub(crate) fn to_i64(sequence: Sequence) -> i64 {
    i64::try_from(sequence.get()).unwrap_or(i64::MAX)
}
