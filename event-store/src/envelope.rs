//! What is known about an event besides its data: CloudEvents 1.0 attributes and ours, as message headers (NATS
//! binding, binary mode).

use std::fmt;
use std::str::FromStr;

use domain::{AccountId, CommandId, EventId};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::edit_index::EditIndex;
use crate::fingerprint::Fingerprint;

/// Names of the headers.
pub mod header {
    pub const SPEC_VERSION: &str = "ce-specversion";
    pub const ID: &str = "ce-id";
    pub const TYPE: &str = "ce-type";
    pub const SOURCE: &str = "ce-source";
    pub const TIME: &str = "ce-time";
    pub const SUBJECT: &str = "ce-subject";
    pub const CONTENT_TYPE: &str = "ce-datacontenttype";
    pub const SCHEMA: &str = "ce-dataschema";
    pub const COMMAND: &str = "rookery-command";
    pub const ACTOR: &str = "rookery-actor";
    pub const FINGERPRINT: &str = "rookery-fingerprint";
    pub const CORRELATION: &str = "rookery-correlation";
    pub const CAUSATION: &str = "rookery-causation";
    pub const EDIT_INDEX: &str = "rookery-edit-index";
    pub const TRACE_PARENT: &str = "traceparent";
    /// When the log that an event was restored from had recorded it. Believed only where the stream says that it was
    /// restored; [`super::Envelope`] cannot write it.
    pub const RECORDED_AT: &str = "rookery-recorded-at";
    /// How long the header block of such an event is, where it stands in front of the data. Believed, and written, like
    /// that.
    pub const BLOCK: &str = "rookery-header-block";
}

const SOURCE: &str = "/rookery/dispatcher";
const SOURCE_OPERATOR: &str = "/rookery/operator";

/// A W3C `traceparent`, checked where it was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceParent(pub String);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub event: EventId,
    /// With version: `rookery.message.posted.v1`.
    pub event_type: String,
    /// When the dispatcher decided, by its clock; for people.
    pub time: OffsetDateTime,
    /// Derived from actor and key where the command has a key.
    pub command: CommandId,
    /// Of a command with a key, and of no other.
    pub fingerprint: Option<Fingerprint>,
    pub actor: AccountId,
    /// What started the chain of commands that this one belongs to, such as a request id.
    pub correlation: String,
    /// What caused the event: its command's id.
    pub causation: String,
    pub trace_parent: Option<TraceParent>,
    /// Of an edit, a deletion, a block and its end: how to find those of others. See `edit_index.rs`.
    pub edit_index: Option<EditIndex>,
}

impl Envelope {
    /// Who wrote it: the dispatcher, or an operator's tool.
    pub fn source(&self) -> &'static str {
        if self.actor == AccountId::OPERATOR { SOURCE_OPERATOR } else { SOURCE }
    }

    /// Header names and values. The values hold no line break: they are made of ids, times and checked tokens.
    pub fn headers(&self, subject: &str) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            (header::SPEC_VERSION, "1.0".to_owned()),
            (header::ID, self.event.0.to_string()),
            (header::TYPE, self.event_type.clone()),
            (header::SOURCE, self.source().to_owned()),
            // A time from the system clock always has a four-digit year, so it can be written.
            (header::TIME, self.time.format(&Rfc3339).unwrap_or_default()),
            (header::SUBJECT, subject.to_owned()),
            (header::CONTENT_TYPE, "application/json".to_owned()),
            (header::SCHEMA, schema_uri(&self.event_type)),
            (header::COMMAND, self.command.to_string()),
            (header::ACTOR, self.actor.to_string()),
            (header::CORRELATION, self.correlation.clone()),
            (header::CAUSATION, self.causation.clone()),
        ];
        if let Some(fingerprint) = self.fingerprint {
            headers.push((header::FINGERPRINT, fingerprint.to_string()));
        }
        if let Some(trace_parent) = &self.trace_parent {
            headers.push((header::TRACE_PARENT, trace_parent.0.clone()));
        }
        if let Some(index) = &self.edit_index {
            headers.push((header::EDIT_INDEX, index.to_string()));
        }
        headers
    }

    /// From names and values. `None` where a required header is missing or malformed.
    ///
    /// One pass instead of look-ups: each of them costs the NATS client's map an allocation and a hash, and a replay
    /// reads millions of events.
    pub fn from_headers<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let [mut event, mut event_type, mut time, mut command, mut actor] = [None; 5];
        let [mut fingerprint, mut correlation, mut causation, mut trace_parent, mut edit_index] = [None; 5];
        for (name, value) in headers {
            let found = match name {
                header::ID => &mut event,
                header::TYPE => &mut event_type,
                header::TIME => &mut time,
                header::COMMAND => &mut command,
                header::FINGERPRINT => &mut fingerprint,
                header::ACTOR => &mut actor,
                header::CORRELATION => &mut correlation,
                header::CAUSATION => &mut causation,
                header::TRACE_PARENT => &mut trace_parent,
                header::EDIT_INDEX => &mut edit_index,
                _ => continue,
            };
            *found = Some(value);
        }
        Some(Self {
            event: EventId(Uuid::from_str(event?).ok()?),
            event_type: event_type?.to_owned(),
            time: OffsetDateTime::parse(time?, &Rfc3339).ok()?,
            command: CommandId(Uuid::from_str(command?).ok()?),
            fingerprint: fingerprint.and_then(|value| value.parse().ok()),
            actor: actor?.parse().ok()?,
            correlation: correlation.unwrap_or_default().to_owned(),
            causation: causation.unwrap_or_default().to_owned(),
            trace_parent: trace_parent.map(|value| TraceParent(value.to_owned())),
            edit_index: edit_index.and_then(|value| value.parse().ok()),
        })
    }
}

/// An absolute URI, as CloudEvents wants it: `urn:rookery:schema:rookery.message.posted:v1`.
pub fn schema_uri(event_type: &str) -> String {
    let (name, version) = event_type.rsplit_once('.').unwrap_or((event_type, ""));
    format!("urn:rookery:schema:{name}:{version}")
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_an_absolute_uri() {
        assert_eq!(schema_uri("rookery.message.posted.v1"), "urn:rookery:schema:rookery.message.posted:v1");
    }

    /// Safe with anything that a client sends: the names are ours, and only values come from outside.
    #[test]
    fn no_envelope_writes_the_header_of_restored_events() {
        let hostile = "x rookery-recorded-at: 1999-01-01T00:00:00Z".to_owned();
        let envelope = Envelope {
            event: EventId(Uuid::nil()),
            event_type: hostile.clone(),
            time: OffsetDateTime::UNIX_EPOCH,
            command: CommandId(Uuid::nil()),
            fingerprint: None,
            actor: AccountId::from_i64(7).expect("positive"),
            correlation: hostile.clone(),
            causation: hostile.clone(),
            trace_parent: Some(TraceParent(hostile)),
            edit_index: None,
        };
        let headers = envelope.headers("ev.0.outbox.7");
        assert!(headers.iter().all(|(name, _)| *name != header::RECORDED_AT), "{headers:?}");
    }
}
