//! The log, read by a plain client: no codec, no envelope, no tail of ours.

use std::time::Duration;

use anyhow::{Context, Result};
use async_nats::jetstream::{self, stream};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::SHARD_BITS;
use futures::{StreamExt, TryStreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::record::parse_request_id;

pub const STREAM: &str = "EVENTS_0";
const PATIENCE: Duration = Duration::from_secs(30);
/// Events that are asked for before the first answer.
const AT_ONCE: usize = 64;

/// An event as the broker holds it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub position: i64,
    /// Of the CloudEvent.
    pub id: String,
    pub subject: String,
    pub event_type: String,
    /// Microseconds since 1970, by the broker's clock.
    pub recorded_at: i64,
    /// The same by the clock of the service that decided it; 0 where it does not say.
    pub decided_at: i64,
    /// Operation and try of the request that caused it, where it was one of ours.
    pub caused_by: Option<(usize, usize)>,
    /// `Null` where the bytes are no JSON.
    pub data: Value,
}

impl Entry {
    pub fn number(&self, field: &str) -> Option<i64> {
        self.data[field].as_str()?.parse().ok()
    }

    pub fn text(&self) -> &str {
        self.data["text"].as_str().unwrap_or_default()
    }

    /// `message.posted`, without maker and version.
    pub fn kind(&self) -> &str {
        let name = self.event_type.strip_prefix("rookery.").unwrap_or(&self.event_type);
        name.rsplit_once('.').map_or(name, |(name, _version)| name)
    }
}

pub async fn connect(urls: &str) -> Result<async_nats::Client> {
    let addresses: Vec<async_nats::ServerAddr> =
        urls.split(',').map(|url| url.parse().context("a broker's address")).collect::<Result<_>>()?;
    let options = async_nats::ConnectOptions::new().connection_timeout(Duration::from_secs(3));
    options.connect(addresses).await.context("connect to the broker")
}

pub async fn info(urls: &str) -> Result<stream::Info> {
    let client = connect(urls).await?;
    let mut stream = jetstream::new(client).get_stream(STREAM).await.context("the log's stream")?;
    Ok(stream.info().await.context("the log's state")?.clone())
}

/// The position of the last event.
pub async fn head(urls: &str) -> Result<i64> {
    position(info(urls).await?.state.last_sequence)
}

fn position(sequence: u64) -> Result<i64> {
    Ok(i64::try_from(sequence)? << SHARD_BITS)
}

/// Microseconds since 1970 of an RFC 3339 time.
pub fn micros(text: &str) -> Option<i64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000).ok()
}

/// All events, one by one. Fails where one is missing between the first and the last.
pub async fn read(urls: &str) -> Result<Vec<Entry>> {
    stored(urls, STREAM, 1).await?.into_iter().map(entry).collect()
}

/// A message of a stream, as the broker holds it.
#[derive(Debug)]
pub struct Stored {
    pub sequence: u64,
    pub subject: String,
    pub headers: String,
    pub data: Vec<u8>,
    /// Microseconds since 1970, by the broker's clock.
    pub time: i64,
}

/// All messages of a stream from a sequence on, one by one: the answers hold header blocks as base64, and any bytes come
/// through. Fails where one is missing.
pub async fn stored(urls: &str, stream: &str, from: u64) -> Result<Vec<Stored>> {
    let client = connect(urls).await?;
    let mut info = jetstream::new(client.clone()).get_stream(stream).await.context("the stream")?;
    let last = info.info().await?.state.last_sequence;
    futures::stream::iter(from..=last)
        .map(|sequence| get(&client, stream, sequence))
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

/// An answer of the broker.
#[derive(Deserialize)]
struct Answer {
    subject: String,
    #[serde(default)]
    hdrs: String,
    #[serde(default)]
    data: String,
    time: String,
}

async fn get(client: &async_nats::Client, stream: &str, sequence: u64) -> Result<Stored> {
    let question = json!({ "seq": sequence }).to_string().into();
    let asked = client.request(format!("$JS.API.STREAM.MSG.GET.{stream}"), question);
    let answer = tokio::time::timeout(PATIENCE, asked).await.context("the broker falls silent")??;
    let mut answer: Value = serde_json::from_slice(&answer.payload)?;
    let message: Answer = serde_json::from_value(answer["message"].take())
        .with_context(|| format!("{stream} has no message {sequence}: {answer}"))?;
    Ok(Stored {
        sequence,
        subject: message.subject,
        headers: String::from_utf8_lossy(&STANDARD.decode(message.hdrs)?).into_owned(),
        data: STANDARD.decode(message.data)?,
        time: micros(&message.time).context("a time")?,
    })
}

fn entry(stored: Stored) -> Result<Entry> {
    let get =
        |name: &str| stored.headers.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    Ok(Entry {
        position: position(stored.sequence)?,
        id: get("ce-id").unwrap_or_default().to_owned(),
        event_type: get("ce-type").unwrap_or_default().to_owned(),
        recorded_at: stored.time,
        decided_at: get("ce-time").and_then(micros).unwrap_or(0),
        caused_by: get("rookery-correlation").and_then(parse_request_id),
        data: serde_json::from_slice(&stored.data).unwrap_or_default(),
        subject: stored.subject,
    })
}
