//! A subject's events in batches. Their headers come as they were stored, so this is for subjects whose events the client
//! library can read; the others are found out by failing once, and remembered.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::contract::{ReadError, RecordedEvent};

use super::Inner;
use super::connection::Connection;
use super::raw::{self, Raw, Written};
use super::read::{PAGE, unavailable};

/// Longest wait for the next reply of a page.
const REPLY_TIMEOUT: Duration = Duration::from_secs(2);
const STATUS_NOT_FOUND: u16 = 404;
const STATUS_END_OF_PAGE: u16 = 204;
/// Subjects with an event that no batch can hold. One that is forgotten costs a connection.
const AVOIDED_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Pages {
    connection: tokio::sync::Mutex<Option<Connection>>,
    avoided: Mutex<HashSet<String>>,
}

impl Pages {
    /// One page. `None`: these events have to be read singly, from the leader.
    pub(super) async fn batch(&self, inner: &Inner, subject: &str, from: u64) -> Option<Vec<RecordedEvent>> {
        if self.avoided.lock().unwrap_or_else(PoisonError::into_inner).contains(subject) {
            return None;
        }
        let connection = self.connection(inner).await.ok()?;
        let page = tokio::select! {
            biased;
            page = page(inner, &connection, subject, from) => page,
            () = connection.lost() => Err(unavailable(&"the connection was lost")),
        };
        match page {
            Ok(page) => Some(page),
            Err(error) => {
                tracing::warn!(event.subject = subject, %error, "events are read one by one");
                self.connection.lock().await.take_if(|current| current.is(&connection));
                None
            }
        }
    }

    async fn connection(&self, inner: &Inner) -> Result<Connection, ReadError> {
        let mut current = self.connection.lock().await;
        match &*current {
            Some(connection) => Ok(connection.clone()),
            None => Ok(current.insert(Connection::open(inner).await?).clone()),
        }
    }

    pub(super) fn avoid(&self, subject: &str) {
        let mut avoided = self.avoided.lock().unwrap_or_else(PoisonError::into_inner);
        if avoided.len() >= AVOIDED_MAX {
            avoided.clear();
        }
        avoided.insert(subject.to_owned());
    }
}

/// One batched direct get. The broker sends the events one by one and ends with an empty message of status 204, or
/// answers 404 where there are none.
async fn page(
    inner: &Inner,
    connection: &Connection,
    subject: &str,
    from: u64,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let client = &connection.client;
    let inbox = client.new_inbox();
    let mut replies = client.subscribe(inbox.clone()).await.map_err(|error| unavailable(&error))?;
    let request = serde_json::json!({ "seq": from, "next_by_subj": subject, "batch": PAGE });
    client
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
        let is_event = reply.headers.as_ref().is_some_and(|headers| headers.get(SEQUENCE).is_some());
        match reply.status.map(|status| status.as_u16()) {
            Some(STATUS_END_OF_PAGE | STATUS_NOT_FOUND) if !is_event => return Ok(events),
            None => events.push(from_direct_get(inner, reply)?),
            Some(status) => {
                return Err(unavailable(&format!("a direct get was answered with status {status}")));
            }
        }
    }
}

const SEQUENCE: &str = "Nats-Sequence";

/// The broker's own headers are behind those of the event, which may have the same names. Behind a block that does not end
/// as it should, they are not all there.
fn from_direct_get(inner: &Inner, reply: async_nats::Message) -> Result<RecordedEvent, ReadError> {
    let malformed = || unavailable(&"a direct get was answered without stream, sequence, subject or time");
    let headers = reply.headers.ok_or_else(malformed)?;
    let get = |name: &str| headers.get_last(name).map(async_nats::HeaderValue::as_str).ok_or_else(malformed);
    if get("Nats-Stream")? != &*inner.stream_name {
        return Err(malformed());
    }
    let sequence = get(SEQUENCE)?.parse().map_err(|_| malformed())?;
    let stored_at = OffsetDateTime::parse(get("Nats-Time-Stamp")?, &Rfc3339).map_err(|_| malformed())?;
    let subject = get("Nats-Subject")?;
    let headers = Written::Read(&headers, reply.length);
    let raw = Raw { sequence, subject, headers, stored_at, data: reply.payload };
    raw::recorded(inner, raw).ok_or_else(malformed)
}
