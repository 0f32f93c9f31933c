//! An event as a line: a CloudEvent 1.0 in the structured mode of the JSON format.
//!
//! Of the envelope only what is in here is handed on; the rest is about the request and the log's upkeep. `position` is
//! ours, a string as all positions are; `recordedtime` is an extension that CloudEvents documents.

use bytes::Bytes;
use domain::Event;
use event_store::{Disclosed, RecordedEvent, disclose, schema_uri};
use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

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

/// With its newline. `None`: nothing of the event is handed on.
pub fn line(recorded: &RecordedEvent, event: &Event) -> Option<Bytes> {
    let envelope = recorded.envelope.as_ref()?;
    let Disclosed { event_type, data } = disclose(event).ok().flatten()?;
    let event = CloudEvent {
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
    let mut line = serde_json::to_vec(&event).ok()?;
    line.push(b'\n');
    Some(Bytes::from(line))
}

/// `None` beyond the year 9999, where no log is.
fn rfc3339(time: OffsetDateTime) -> Option<String> {
    time.format(&Rfc3339).ok()
}
