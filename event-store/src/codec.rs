//! How events become bytes and bytes events again. The only part of this crate that knows what the events are.

use bytes::Bytes;
use cqrs_es::DomainEvent;
use domain::{Event, MessageEvent};
use serde::de::DeserializeOwned;

use crate::contract::RecordedEvent;

const POSTED_V1: &str = "rookery.message.posted.v1";
const EDITED_V1: &str = "rookery.message.edited.v1";
const DELETED_V1: &str = "rookery.message.deleted.v1";

/// What a recorded event turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    Known(Event),
    /// A type that this version of the code does not know: a later version's, or somebody else's. Not an error.
    UnknownType(String),
}

#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("the event has no usable envelope")]
    NoEnvelope,
    #[error("the data of a {event_type} cannot be decoded")]
    Data {
        event_type: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("the text of a {event_type} contains U+0000")]
    Nul { event_type: String },
}

/// Type name with version, and JSON.
pub fn encode(event: &MessageEvent) -> Result<(String, Bytes), serde_json::Error> {
    let data = match event {
        MessageEvent::Posted(data) => serde_json::to_vec(data),
        MessageEvent::Edited(data) => serde_json::to_vec(data),
        MessageEvent::Deleted(data) => serde_json::to_vec(data),
    }?;
    let event_type = format!("{}.v{}", event.event_type(), event.event_version());
    Ok((event_type, Bytes::from(data)))
}

pub fn decode(recorded: &RecordedEvent) -> Result<Decoded, DecodeError> {
    let envelope = recorded.envelope.as_ref().ok_or(DecodeError::NoEnvelope)?;
    let event = match envelope.event_type.as_str() {
        POSTED_V1 => MessageEvent::Posted(from_json(POSTED_V1, &recorded.data)?),
        EDITED_V1 => MessageEvent::Edited(from_json(EDITED_V1, &recorded.data)?),
        DELETED_V1 => MessageEvent::Deleted(from_json(DELETED_V1, &recorded.data)?),
        other => return Ok(Decoded::UnknownType(other.to_owned())),
    };
    refuse_nul(&event, &envelope.event_type)?;
    Ok(Decoded::Known(Event::Message(event)))
}

fn from_json<T: DeserializeOwned>(event_type: &str, data: &[u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(data)
        .map_err(|source| DecodeError::Data { event_type: event_type.to_owned(), source })
}

/// Postgres cannot hold U+0000. The dispatcher refuses it, so one in the log came from elsewhere; found here it costs
/// one parked event, found by the database it costs a batch.
fn refuse_nul(event: &MessageEvent, event_type: &str) -> Result<(), DecodeError> {
    let (text, tags) = match event {
        MessageEvent::Posted(event) => (&event.text, &event.tags),
        MessageEvent::Edited(event) => (&event.text, &event.tags),
        MessageEvent::Deleted(_) => return Ok(()),
    };
    let has_nul =
        text.as_str().contains('\0') || tags.as_slice().iter().any(|tag| tag.as_str().contains('\0'));
    if has_nul { Err(DecodeError::Nul { event_type: event_type.to_owned() }) } else { Ok(()) }
}
