//! Events as lines: for people on a terminal, as NDJSON for programs.

use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use event_store::{Headers, RecordedEvent, StoredEvent, decode};
use serde::Serialize;
use serde_json::value::RawValue;
use service_kit::Chain;
use time::OffsetDateTime;
use time::macros::format_description;

/// Of the data, on a terminal.
const DATA_CHARS_MAX: usize = 100;

/// An event for programs. Ids and positions are strings, as in the API.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PrintedEvent<'a> {
    position: String,
    sequence: u64,
    #[serde(with = "time::serde::rfc3339")]
    recorded_at: OffsetDateTime,
    subject: &'a str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    event_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    time: Option<OffsetDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causation: Option<&'a str>,
    /// Headers that names and values do not tell, as far as they are text. An archive has the bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    header_block: Option<String>,
    /// Of an event whose headers can be read, but are no envelope.
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<&'a Headers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Box<RawValue>>,
    /// Of data that is not JSON, as far as it is text. An archive has the bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Why this version of the code cannot decode it.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl<'a> PrintedEvent<'a> {
    fn of(event: &'a RecordedEvent) -> Self {
        let own = event.envelope.as_ref();
        let data = on_one_line(&event.data);
        Self {
            position: event.position.to_string(),
            sequence: event.position.sequence().get(),
            recorded_at: event.recorded_at,
            subject: &event.subject,
            event_type: own.map(|own| own.event_type.as_str()),
            id: own.map(|own| own.event.0.to_string()),
            time: own.map(|own| own.time),
            actor: own.map(|own| own.actor.to_string()),
            command: own.map(|own| own.command.to_string()),
            correlation: own.map(|own| own.correlation.as_str()),
            causation: own.map(|own| own.causation.as_str()),
            header_block: event.unreadable.as_ref().map(|own| block(&own.block)),
            headers: None,
            text: data.is_none().then(|| String::from_utf8_lossy(&event.data).into_owned()),
            data,
            problem: decode(event).err().map(|error| Chain(&error).to_string()),
        }
    }
}

/// Numbers stay as they were written.
fn on_one_line(data: &[u8]) -> Option<Box<RawValue>> {
    let raw: Box<RawValue> = serde_json::from_slice(data).ok()?;
    if !raw.get().contains(['\n', '\r']) {
        return Some(raw);
    }
    let value: serde_json::Value = serde_json::from_slice(data).ok()?;
    serde_json::value::to_raw_value(&value).ok()
}

pub(super) fn as_json(event: &RecordedEvent) -> Result<String> {
    Ok(serde_json::to_string(&PrintedEvent::of(event))?)
}

fn block(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// All of one event: on one line, or for people; the data stays on one line, as it was written. `stored`: the same
/// event, where its headers are no envelope.
pub(super) fn as_whole(
    event: &RecordedEvent,
    stored: Option<&StoredEvent>,
    is_one_line: bool,
) -> Result<String> {
    let mut shown = PrintedEvent::of(event);
    match stored.map(|stored| (&stored.headers, &stored.header_block)) {
        Some((_, Some(bytes))) => shown.header_block = Some(block(bytes)),
        Some((headers, None)) => shown.headers = Some(headers),
        None => {}
    }
    if is_one_line {
        return Ok(serde_json::to_string(&shown)?);
    }
    let text = serde_json::to_string_pretty(&shown)?;
    Ok(text.lines().map(harmless).collect::<Vec<_>>().join("\n"))
}

/// Position, time, type, subject, actor and the beginning of the data.
pub(super) fn as_text(event: &RecordedEvent) -> Result<String> {
    let time =
        event.recorded_at.format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]"))?;
    let (event_type, actor) = match &event.envelope {
        Some(own) => (own.event_type.as_str(), own.actor.to_string()),
        None => ("(no envelope)", "-".to_owned()),
    };
    let data = String::from_utf8_lossy(&event.data);
    let mut short: String = data.chars().take(DATA_CHARS_MAX).collect();
    if data.chars().nth(DATA_CHARS_MAX).is_some() {
        short.push('…');
    }
    let line =
        format!("{:>10}  {time}  {event_type}  {}  by {actor}  {short}", event.position.get(), event.subject);
    Ok(harmless(&line))
}

/// Events of others may hold what a terminal takes for commands.
pub(super) fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// Text on a terminal, NDJSON elsewhere and where it is asked for.
pub(super) struct Lines {
    out: io::BufWriter<io::Stdout>,
    is_json: bool,
}

impl Lines {
    pub(super) fn new(wants_json: bool) -> Self {
        let out = io::stdout();
        let is_json = wants_json || !out.is_terminal();
        Self { out: io::BufWriter::new(out), is_json }
    }

    pub(super) fn event(&mut self, event: &RecordedEvent) -> Result<()> {
        let line = if self.is_json { as_json(event)? } else { as_text(event)? };
        Ok(writeln!(self.out, "{line}")?)
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        Ok(self.out.flush()?)
    }
}
