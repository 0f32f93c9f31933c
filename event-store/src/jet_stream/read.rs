//! Reading: one event by sequence, and a subject's events in batches.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::message::StreamMessage;
use bytes::Bytes;
use domain::Sequence;
use futures::StreamExt;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use crate::contract::{Headers, ReadError, RecordedEvent, StoredEvent};
use crate::envelope::{Envelope, header};
use crate::subject::Subject;

use super::Inner;
use super::restore::name_before;

/// Events per page of a batched direct get.
const PAGE: usize = 512;
/// How long a replica may take to have what its leader had, and how often it is asked.
const CATCH_UP_MAX: Duration = Duration::from_secs(2);
const CATCH_UP_PAUSE: Duration = Duration::from_millis(5);
/// Longest wait for the next reply of a page.
const REPLY_TIMEOUT: Duration = Duration::from_secs(2);
const STATUS_NOT_FOUND: u16 = 404;
const STATUS_END_OF_PAGE: u16 = 204;

pub(super) fn unavailable(error: &dyn std::fmt::Display) -> ReadError {
    ReadError::Unavailable(error.to_string())
}

/// What the broker gives of one event.
pub(super) struct Raw<'a> {
    pub(super) sequence: u64,
    pub(super) subject: &'a str,
    pub(super) headers: Option<&'a HeaderMap>,
    /// When this stream stored it.
    pub(super) stored_at: OffsetDateTime,
    pub(super) data: Bytes,
}

impl Raw<'_> {
    /// The time of the log that the event was restored from, where it was.
    fn original_time(&self, inner: &Inner) -> Option<OffsetDateTime> {
        if self.sequence > inner.restored_until {
            return None;
        }
        OffsetDateTime::parse(self.headers?.get(header::RECORDED_AT)?.as_str(), &Rfc3339).ok()
    }

    /// The log's time.
    pub(super) fn recorded_at(&self, inner: &Inner) -> OffsetDateTime {
        self.original_time(inner).unwrap_or(self.stored_at)
    }
}

pub(super) fn recorded(inner: &Inner, raw: Raw<'_>) -> RecordedEvent {
    let envelope = raw.headers.and_then(|headers| Envelope::from_headers(first_values(headers)));
    RecordedEvent {
        position: inner.position(raw.sequence),
        subject: raw.subject.to_owned(),
        recorded_at: raw.recorded_at(inner),
        envelope,
        data: raw.data,
    }
}

fn first_values(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().filter_map(|(name, values)| Some((name.as_ref(), values.first()?.as_str())))
}

/// With all headers but the one in which a restored event keeps its time: that is where it belongs again.
pub(super) fn stored(inner: &Inner, raw: Raw<'_>) -> StoredEvent {
    let original_time = raw.original_time(inner);
    let mut headers = Headers::new();
    for (name, values) in raw.headers.iter().flat_map(|headers| headers.iter()) {
        let name: &str = name.as_ref();
        let name = if original_time.is_some() { name_before(name) } else { Some(name) };
        let values = values.iter().map(|value| value.as_str().to_owned()).collect();
        headers.extend(name.map(|name| (name.to_owned(), values)));
    }
    StoredEvent {
        sequence: inner.position(raw.sequence).sequence(),
        subject: raw.subject.to_owned(),
        recorded_at: original_time.unwrap_or(raw.stored_at),
        headers,
        data: raw.data,
    }
}

fn from_leader(inner: &Inner, message: StreamMessage) -> RecordedEvent {
    let StreamMessage { subject, sequence, headers, payload, time } = message;
    let raw =
        Raw { sequence, subject: subject.as_str(), headers: Some(&headers), stored_at: time, data: payload };
    recorded(inner, raw)
}

/// The event at a sequence, from the stream's leader: what was just appended is there.
pub(super) async fn one(inner: &Inner, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
    use async_nats::jetstream::stream::RawMessageErrorKind;
    if sequence == Sequence::ZERO {
        return Ok(None);
    }
    match inner.stream.get_raw_message(sequence.get()).await {
        Ok(message) => Ok(Some(from_leader(inner, message))),
        Err(error) if matches!(error.kind(), RawMessageErrorKind::NoMessageFound) => Ok(None),
        Err(error) => Err(unavailable(&error)),
    }
}

/// A subject's events from a sequence on. They come in batches, perhaps from a replica that lags behind the leader by a
/// few milliseconds; the leader says which one is the last, and reading goes on until it is there.
pub(super) async fn subject(
    inner: &Inner,
    subject: Subject,
    from: Sequence,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let name = subject.to_string();
    let newest = last(inner, &name).await?.map_or(0, |newest| newest.position.sequence().get());
    let deadline = Instant::now() + CATCH_UP_MAX;
    let mut events: Vec<RecordedEvent> = Vec::new();
    let mut next = from.get().max(1);
    while next <= newest {
        let page = page(inner, &name, next).await?;
        match page.last() {
            Some(last) => next = last.position.sequence().get() + 1,
            None if Instant::now() < deadline => tokio::time::sleep(CATCH_UP_PAUSE).await,
            None => return Err(unavailable(&"the replica that was read stays behind its leader")),
        }
        events.extend(page);
    }
    Ok(events)
}

/// A subject's newest event, from the leader.
pub(super) async fn last(inner: &Inner, subject: &str) -> Result<Option<RecordedEvent>, ReadError> {
    use async_nats::jetstream::stream::LastRawMessageErrorKind;
    match inner.stream.get_last_raw_message_by_subject(subject).await {
        Ok(message) => Ok(Some(from_leader(inner, message))),
        Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => Ok(None),
        Err(error) => Err(unavailable(&error)),
    }
}

/// One batched direct get. The broker sends the events one by one and ends with an empty message of status 204, or
/// answers 404 where there are none.
async fn page(inner: &Inner, subject: &str, from: u64) -> Result<Vec<RecordedEvent>, ReadError> {
    let inbox = inner.client.new_inbox();
    let mut replies = inner.client.subscribe(inbox.clone()).await.map_err(|error| unavailable(&error))?;
    let request = serde_json::json!({ "seq": from, "next_by_subj": subject, "batch": PAGE });
    inner
        .client
        .publish_with_reply(
            format!("$JS.API.DIRECT.GET.{}", inner.stream_name),
            inbox,
            Bytes::from(request.to_string()),
        )
        .await
        .map_err(|error| unavailable(&error))?;
    let mut events = Vec::new();
    loop {
        let reply = tokio::time::timeout(REPLY_TIMEOUT, replies.next())
            .await
            .map_err(|_| unavailable(&"no reply to a direct get"))?
            .ok_or_else(|| unavailable(&"the connection was closed"))?;
        match reply.status.map(|status| status.as_u16()) {
            Some(STATUS_END_OF_PAGE | STATUS_NOT_FOUND) => return Ok(events),
            Some(other) => {
                return Err(unavailable(&format!("a direct get was answered with status {other}")));
            }
            None => events.push(from_direct_get(inner, reply)?),
        }
    }
}

fn from_direct_get(inner: &Inner, reply: async_nats::Message) -> Result<RecordedEvent, ReadError> {
    let malformed = || unavailable(&"a direct get was answered without sequence, subject or time");
    let headers = reply.headers.ok_or_else(malformed)?;
    let get = |name: &str| headers.get(name).map(async_nats::HeaderValue::as_str).ok_or_else(malformed);
    let sequence = get("Nats-Sequence")?.parse().map_err(|_| malformed())?;
    let time = OffsetDateTime::parse(get("Nats-Time-Stamp")?, &Rfc3339).map_err(|_| malformed())?;
    let subject = get("Nats-Subject")?;
    let raw = Raw { sequence, subject, headers: Some(&headers), stored_at: time, data: reply.payload };
    Ok(recorded(inner, raw))
}
