//! Filling a new stream with the events of another log, so that it becomes that log.
//!
//! Until [`Restoration::accept`] the stream is nobody's: every [`crate::JetStreamLog`] refuses it. A restoration that
//! was interrupted, at any moment, leaves a stream that holds a beginning of the events; the next one goes on behind
//! it.
//!
//! The broker stamps events with the time at which it stores them. The time that the original log had recorded is put
//! into a header. Should an event of somebody else hold one of that name already, it is renamed, and gets its name back
//! when it is read.
//!
//! A header block that names and values do not give again is put in front of the data, and a header says how long it
//! is: the client library could not write it, and would not survive reading it. So a restored log holds no headers that
//! end a reader's connection.

use std::sync::Arc;

use async_nats::HeaderMap;
use async_nats::jetstream::{self, stream::Info};
use bytes::Bytes;
use domain::Sequence;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use event_store::{
    AppendError, Cause, Lineage, OpenError, ReadError, StoredEvent, Tail, header, is_about_delivery,
};

use crate::batch::{BATCH_COMMIT, BATCH_ID, BATCH_SEQUENCE, EVENTS_MAX};
use crate::errors::not_reserved;
use crate::publish::{self, Answer, Tries};
use crate::restored_names::name_in_restored;
use crate::stream::EventStream;
use crate::tail::Wanted;
use crate::{JetStreamConfig, header_block, open, origin, raw, tail};

/// What restoring adds to an event: its time, and the headers of a batch in place of the original ones.
const ADDED_BYTES_MAX: i32 = 1_024;
/// Longer headers go in front of the data: the broker takes no more than 64 KiB of them, with those that are added.
const HEADER_BYTES_MAX: usize = 32 * 1_024;
/// What that costs for an event of ours at most, so that a log at its bound fits into the same one again.
const ADDED_BYTES_USUAL: i64 = 256;

#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("{stream} holds another log: {found}")]
    Occupied { stream: String, found: Lineage },
    #[error("{stream} is being restored from another archive: {found}")]
    OtherArchive { stream: String, found: Lineage },
    #[error("somebody else writes to the stream: it should end at {before} or {after}, but ends at {found}")]
    Interfered { before: u64, after: u64, found: u64 },
    #[error("the events could not be appended")]
    Append(#[from] AppendError),
    #[error("the stream could not be read")]
    Read(#[from] ReadError),
    #[error("the stream could not be made the log: {0}")]
    Accept(#[source] Cause),
}

/// A stream that is being filled.
#[derive(Debug)]
pub struct Restoration {
    inner: Arc<EventStream>,
    context: jetstream::Context,
    lineage: Lineage,
    /// Of the log that the stream becomes.
    bytes_max: i64,
    is_accepted: bool,
}

impl Restoration {
    /// What the stream reserves while so many events are restored.
    pub fn bytes_max(config: &JetStreamConfig, events: u64) -> i64 {
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        config.stream_bytes_max.saturating_add(events.saturating_mul(ADDED_BYTES_USUAL))
    }

    /// Makes the stream for that many events, or finds what an earlier try left of it, and gives it more room where the
    /// configuration has more.
    pub async fn begin(
        config: &JetStreamConfig,
        lineage: &Lineage,
        events: u64,
    ) -> Result<Self, RestoreError> {
        let (client, context) = Box::pin(open::reach(config)).await?;
        let bytes_max = Self::bytes_max(config, events);
        let info = match Box::pin(open::find(&context, config)).await? {
            Some(info)
                if origin::is_being_restored(&info.config.metadata) && info.config.max_bytes < bytes_max =>
            {
                // Of another archive it is left as it is.
                is_accepted(&info, lineage)?;
                let wider = jetstream::stream::Config { max_bytes: bytes_max, ..info.config };
                let widened = context.update_stream(wider).await;
                widened.map_err(|error| not_reserved(&config.stream_name(), error))?
            }
            Some(info) => info,
            None => {
                let mut wanted = open::wanted(config);
                wanted.metadata = origin::restoring(lineage);
                wanted.max_message_size += ADDED_BYTES_MAX;
                wanted.max_bytes = bytes_max;
                Box::pin(open::make(&context, wanted)).await?
            }
        };
        let is_accepted = is_accepted(&info, lineage)?;
        let until = origin::restored_until(&info.config.metadata);
        let inner = Box::pin(open::event_stream(
            client,
            &context,
            config,
            origin::lineage_of(&info),
            info.config.num_replicas,
            until,
        ))
        .await?;
        Ok(Self { inner, context, lineage: lineage.clone(), bytes_max: config.stream_bytes_max, is_accepted })
    }

    /// An earlier try was finished; the stream is the log by now, and may have grown.
    pub fn is_accepted(&self) -> bool {
        self.is_accepted
    }

    pub async fn head(&self) -> Result<Sequence, RestoreError> {
        Ok(self.inner.head().await?)
    }

    /// What the stream holds, as an archive of it would.
    pub async fn tail(&self, after: Sequence) -> Result<Tail<StoredEvent>, RestoreError> {
        Ok(tail::follow(Arc::clone(&self.inner), after, Wanted::whole(raw::stored)).await?)
    }

    /// Events that fit into one [`Restoration::append`].
    pub const EVENTS_MAX: usize = EVENTS_MAX;

    /// Appends the next events, all or none. The first one's sequence is the condition: a batch whose answer was lost
    /// can be sent again, because it is not taken twice.
    pub async fn append(&self, events: &[StoredEvent]) -> Result<(), RestoreError> {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(()) };
        let (before, after) = (first.sequence.get() - 1, last.sequence.get());
        let mut tries = Tries::new(&self.inner, false);
        loop {
            let why = match self.send(events, before).await {
                Answer::Acked { sequence, .. } if sequence == after => return Ok(()),
                Answer::Full(words) | Answer::NoWrites { words, .. } => {
                    return Err(AppendError::Full(Cause::new(words)).into());
                }
                Answer::Refused(words) => return Err(AppendError::Refused(Cause::new(words)).into()),
                answer => format!("{answer:?}"),
            };
            // The answer tells less than the stream.
            match self.inner.head().await.map(Sequence::get) {
                Ok(found) if found == after => return Ok(()),
                Ok(found) if found != before => {
                    return Err(RestoreError::Interfered { before, after, found });
                }
                Err(error @ ReadError::OtherLineage { .. }) => return Err(error.into()),
                Ok(_) | Err(_) => tries.again(why).await?,
            }
        }
    }

    async fn send(&self, events: &[StoredEvent], before: u64) -> Answer {
        let id = Uuid::now_v7().to_string();
        for (index, event) in events.iter().enumerate() {
            let (mut headers, data) = match message(event) {
                Ok(message) => message,
                Err(words) => return Answer::Refused(words),
            };
            headers.insert(async_nats::header::NATS_EXPECTED_STREAM, self.inner.name());
            headers.insert(BATCH_ID, id.as_str());
            headers.insert(BATCH_SEQUENCE, (index + 1).to_string().as_str());
            if index == 0 {
                headers.insert(async_nats::header::NATS_EXPECTED_LAST_SEQUENCE, before.to_string().as_str());
            }
            let subject = event.subject.clone();
            if index + 1 == events.len() {
                headers.insert(BATCH_COMMIT, "1");
                return publish::send(&self.inner, subject, headers, data).await;
            }
            if let Err(error) = self.inner.client.publish_with_headers(subject, headers, data).await {
                return Answer::Again(error.to_string());
            }
        }
        Answer::Refused("a batch needs events".to_owned())
    }

    /// Makes the stream the log, for good. The caller has compared all of it.
    pub async fn accept(&mut self) -> Result<(), RestoreError> {
        let info =
            self.inner.stream.get_info().await.map_err(|error| RestoreError::Accept(Cause::new(error)))?;
        let (created, until) = (info.created.unix_timestamp_nanos(), info.state.last_sequence);
        let mut config = info.config;
        config.max_message_size = open::EVENT_BYTES_MAX;
        // Not below what it holds: a log that was full is full again.
        let held = i64::try_from(info.state.bytes).unwrap_or(i64::MAX);
        config.max_bytes = config.max_bytes.min(self.bytes_max.max(held));
        origin::restored(&mut config.metadata, &self.lineage, created, until);
        let updated = self
            .context
            .update_stream(config)
            .await
            .map_err(|error| RestoreError::Accept(Cause::new(error)))?;
        self.is_accepted = is_accepted(&updated, &self.lineage)?;
        Ok(())
    }
}

/// Whether the stream is the log already; an error where it is another one.
fn is_accepted(info: &Info, lineage: &Lineage) -> Result<bool, RestoreError> {
    let stream = info.config.name.clone();
    match origin::restored_from(&info.config.metadata) {
        Some(found) if found == *lineage => Ok(false),
        Some(found) => Err(RestoreError::OtherArchive { stream, found }),
        None => match origin::lineage_of(info) {
            found if found == *lineage => Ok(true),
            found => Err(RestoreError::Occupied { stream, found }),
        },
    }
}

/// The event's own headers, the one that keeps its time, and its data.
fn message(event: &StoredEvent) -> Result<(HeaderMap, Bytes), String> {
    let mut headers = HeaderMap::new();
    let time = event.recorded_at.format(&Rfc3339).map_err(|error| error.to_string())?;
    headers.insert(header::RECORDED_AT, time.as_str());
    let own = || event.headers.iter().filter(|(name, _)| !is_about_delivery(name));
    let block = event.header_block.clone().or_else(|| {
        let block = header_block::write(own());
        (block.len() > HEADER_BYTES_MAX).then_some(block)
    });
    if let Some(block) = block {
        headers.insert(header::BLOCK, block.len().to_string());
        return Ok((headers, [block, event.data.clone()].concat().into()));
    }
    for (name, values) in own() {
        let name = name_in_restored(name);
        let name: async_nats::HeaderName = name.parse().map_err(|_| format!("no header name: {name:?}"))?;
        for value in values {
            let value: async_nats::HeaderValue =
                value.parse().map_err(|_| format!("no header value: {value:?}"))?;
            headers.append(name.clone(), value);
        }
    }
    Ok((headers, event.data.clone()))
}
