//! An event as a line: a CloudEvent 1.0 in the structured mode of the JSON format.
//!
//! Of the envelope only what is in here is handed on; the rest is about the request and the log's upkeep. `position` is
//! ours, a string as all positions are; `recordedtime` is an extension that CloudEvents documents.

use bytes::Bytes;
use domain::{AccountId, Event, Position};
use event_store::{Disclosed, RecordedEvent, disclose, encode, schema_uri};
use fail_points::planted;
use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use uuid::Uuid;

use crate::order;

#[derive(Serialize)]
struct CloudEvent<'event> {
    specversion: &'static str,
    id: String,
    source: &'static str,
    r#type: &'event str,
    subject: &'event str,
    time: String,
    datacontenttype: &'static str,
    dataschema: String,
    position: String,
    recordedtime: String,
    data: &'event RawValue,
}

/// An event as it is handed on.
#[derive(Debug, Clone)]
pub struct Line {
    /// The event in JSON, with a newline.
    pub json: Bytes,
    pub position: Position,
    pub id: Uuid,
    /// With its version.
    pub event_type: String,
    /// With whose events it has an order, for those who take only that.
    pub account: Option<AccountId>,
    pub recorded_at: OffsetDateTime,
}

/// `None`: nothing of the event is handed on.
pub fn line(recorded: &RecordedEvent, event: &Event) -> Option<Line> {
    let envelope = recorded.envelope.as_ref()?;
    let Disclosed { event_type, data } =
        if planted("private-handed-on") { whole(event)? } else { disclose(event).ok().flatten()? };
    let cloud_event = CloudEvent {
        specversion: "1.0",
        id: envelope.event.0.to_string(),
        source: envelope.source(),
        r#type: &event_type,
        subject: &recorded.subject,
        time: rfc3339(envelope.time)?,
        datacontenttype: "application/json",
        dataschema: schema_uri(&event_type),
        position: recorded.position.to_string(),
        recordedtime: rfc3339(recorded.recorded_at)?,
        data: serde_json::from_str(&data).ok()?,
    };
    let mut json = serde_json::to_vec(&cloud_event).ok()?;
    json.push(b'\n');
    Some(Line {
        json: Bytes::from(json),
        position: recorded.position,
        id: envelope.event.0,
        event_type,
        account: order::account(event),
        recorded_at: recorded.recorded_at,
    })
}

/// Only for a planted bug.
fn whole(event: &Event) -> Option<Disclosed> {
    let (event_type, data) = encode(event).ok()?;
    Some(Disclosed { event_type, data: String::from_utf8_lossy(&data).into_owned() })
}

/// `None` beyond the year 9999, where no log is.
fn rfc3339(time: OffsetDateTime) -> Option<String> {
    time.format(&Rfc3339).ok()
}
