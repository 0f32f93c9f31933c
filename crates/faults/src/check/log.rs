//! The log, read by a plain client: no codec, no envelope, no tail of ours.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::{self, stream};
use futures::StreamExt;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::record::parse_request_id;

pub const STREAM: &str = "EVENTS_0";
const SHARD_BITS: u32 = 8;
const PATIENCE: Duration = Duration::from_secs(30);

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

/// All events. Fails where one is missing between the first and the last.
pub async fn read(urls: &str) -> Result<Vec<Entry>> {
    let client = connect(urls).await?;
    let mut stream = jetstream::new(client).get_stream(STREAM).await.context("the log's stream")?;
    let last = stream.info().await?.state.last_sequence;
    let consumer = stream
        .create_consumer(pull::Config {
            deliver_policy: DeliverPolicy::All,
            ack_policy: AckPolicy::None,
            ..pull::Config::default()
        })
        .await
        .context("a consumer of the log")?;
    let mut messages = consumer.messages().await?;
    let mut entries = Vec::new();
    while (entries.len() as u64) < last {
        let message =
            tokio::time::timeout(PATIENCE, messages.next()).await.context("the log falls silent")?;
        let message = message.context("the log ends early")??;
        let info = message.info().map_err(|error| anyhow::anyhow!("{error}"))?;
        let (sequence, published) = (info.stream_sequence, info.published);
        ensure!(sequence == entries.len() as u64 + 1, "the log has no event {}", entries.len() + 1);
        let get = |name: &str| message.headers.as_ref()?.get(name).map(|value| value.as_str().to_owned());
        entries.push(Entry {
            position: position(sequence)?,
            subject: message.subject.to_string(),
            event_type: get("ce-type").unwrap_or_default(),
            recorded_at: i64::try_from(published.unix_timestamp_nanos() / 1_000)?,
            decided_at: get("ce-time").as_deref().and_then(micros).unwrap_or(0),
            caused_by: get("rookery-correlation").as_deref().and_then(parse_request_id),
            data: serde_json::from_slice(&message.payload).unwrap_or_default(),
        });
    }
    Ok(entries)
}
