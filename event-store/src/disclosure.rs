//! What of an event is handed on to consumers: everybody who takes events without being a part of Rookery.
//!
//! The rule stands in the table of `codec.rs`, a word at each type, so an event about which nothing was decided does not
//! compile; a new field fails a test (`tests/it/disclosure.rs`) until somebody decides. What accounts keep to themselves
//! (blocks, mutes, bookmarks, what they read, reports) is private as a whole; of the rest some fields are, as the data
//! set tells them to nobody either. Handed on is the event as this code knows it, in its newest version: a field that it
//! does not know could be private.

use domain::Event;
use serde_json::{Map, Value};

use crate::codec;

/// What of a type is handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disclosure {
    Private,
    /// All but these fields.
    Without(&'static [&'static str]),
}

pub(crate) const PUBLIC: Disclosure = without(&[]);
pub(crate) const PRIVATE: Disclosure = Disclosure::Private;

pub(crate) const fn without(fields: &'static [&'static str]) -> Disclosure {
    Disclosure::Without(fields)
}

/// An event as consumers get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosed {
    /// With version.
    pub event_type: String,
    /// JSON.
    pub data: String,
}

/// What of an event is handed on. `None`: it is private.
///
/// # Errors
/// Where the event has no JSON, which no event has been met to lack.
pub fn disclose(event: &Event) -> Result<Option<Disclosed>, serde_json::Error> {
    let Disclosure::Without(fields) = codec::disclosure(event) else { return Ok(None) };
    let data = codec::to_json(event)?;
    let data = if fields.is_empty() {
        String::from_utf8_lossy(&data).into_owned()
    } else {
        let mut body: Map<String, Value> = serde_json::from_slice(&data)?;
        body.retain(|field, _| !fields.contains(&field.as_str()));
        serde_json::to_string(&body)?
    };
    Ok(Some(Disclosed { event_type: event.type_name(), data }))
}

/// The types of which anything is handed on, with their versions.
pub fn disclosed_types() -> impl Iterator<Item = String> {
    let public = codec::disclosures().filter(|(_, disclosure)| *disclosure != Disclosure::Private);
    public.map(|(event_type, _)| event_type)
}
