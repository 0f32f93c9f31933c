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

/// All events, one by one: the answers hold header blocks as base64, and any bytes come through. Fails where one is
/// missing between the first and the last.
pub async fn read(urls: &str) -> Result<Vec<Entry>> {
    let client = connect(urls).await?;
    let mut stream = jetstream::new(client.clone()).get_stream(STREAM).await.context("the log's stream")?;
    let last = stream.info().await?.state.last_sequence;
    futures::stream::iter(1..=last)
        .map(|sequence| entry(&client, sequence))
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

/// An event in an answer of the broker.
#[derive(Deserialize)]
struct Stored {
    subject: String,
    #[serde(default)]
    hdrs: String,
    #[serde(default)]
    data: String,
    time: String,
}

async fn entry(client: &async_nats::Client, sequence: u64) -> Result<Entry> {
    let question = json!({ "seq": sequence }).to_string().into();
    let asked = client.request(format!("$JS.API.STREAM.MSG.GET.{STREAM}"), question);
    let answer = tokio::time::timeout(PATIENCE, asked).await.context("the log falls silent")??;
    let mut answer: Value = serde_json::from_slice(&answer.payload)?;
    let stored: Stored = serde_json::from_value(answer["message"].take())
        .with_context(|| format!("the log has no event {sequence}: {answer}"))?;
    let block = STANDARD.decode(stored.hdrs)?;
    let block = String::from_utf8_lossy(&block);
    let get = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    Ok(Entry {
        position: position(sequence)?,
        subject: stored.subject,
        event_type: get("ce-type").unwrap_or_default().to_owned(),
        recorded_at: micros(&stored.time).context("a time")?,
        decided_at: get("ce-time").and_then(micros).unwrap_or(0),
        caused_by: get("rookery-correlation").and_then(parse_request_id),
        data: serde_json::from_slice(&STANDARD.decode(stored.data)?).unwrap_or_default(),
    })
}
