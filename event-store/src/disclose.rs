//! Gives of an event what consumers may see, by the rule of `disclosure.rs`.

use domain::Event;
use serde_json::{Map, Value};

use crate::codec;
use crate::disclosure::Disclosure;

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
