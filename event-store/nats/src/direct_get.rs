//! Batched direct gets. The broker sends events one by one and ends with an empty message of status 204, or answers 404
//! where there are none.

use std::time::Duration;

use bytes::Bytes;
use event_store::{ReadError, RecordedEvent};
use futures::StreamExt;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::connection::Connection;
use crate::errors::unread;
use crate::raw::{self, Raw, Written};
use crate::stream::EventStream;

/// Longest wait for the next reply.
const REPLY_TIMEOUT: Duration = Duration::from_secs(2);
const STATUS_NOT_FOUND: u16 = 404;
const STATUS_END: u16 = 204;
const SEQUENCE: &str = "Nats-Sequence";

/// What came until the broker said that it was all.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) events: Vec<RecordedEvent>,
    /// How many events were to follow the first one.
    pub(crate) pending: u64,
    /// Whether the broker ended it as one that found something.
    pub(crate) is_found: bool,
}

/// `None`: what was asked for has to be read singly, from the leader.
pub(crate) async fn batch(stream: &EventStream, request: &Value) -> Option<Batch> {
    let connection = stream.pages.get(&stream.address).await.ok()?;
    let batch = tokio::select! {
        biased;
        batch = ask(stream, &connection, request) => batch,
        () = connection.lost() => Err(unread("the connection was lost")),
    };
    match batch {
        Ok(batch) => Some(batch),
        Err(error) => {
            tracing::warn!(%request, %error, "events are read one by one");
            stream.pages.give_up(&connection).await;
            None
        }
    }
}

async fn ask(stream: &EventStream, connection: &Connection, request: &Value) -> Result<Batch, ReadError> {
    let client = &connection.client;
    let inbox = client.new_inbox();
    let mut replies = client.subscribe(inbox.clone()).await.map_err(unread)?;
    let subject = format!("$JS.API.DIRECT.GET.{}", stream.name());
    client.publish_with_reply(subject, inbox, Bytes::from(request.to_string())).await.map_err(unread)?;
    let mut batch = Batch::default();
    loop {
        let reply = tokio::time::timeout(REPLY_TIMEOUT, replies.next())
            .await
            .map_err(|_| unread("no reply to a direct get"))?
            .ok_or_else(|| unread("the connection was closed"))?;
        let is_event = reply.headers.as_ref().is_some_and(|headers| headers.get(SEQUENCE).is_some());
        match reply.status.map(|status| status.as_u16()) {
            Some(end @ (STATUS_END | STATUS_NOT_FOUND)) if !is_event => {
                return Ok(Batch { is_found: end == STATUS_END, ..batch });
            }
            None => batch.push(stream, reply)?,
            Some(status) => {
                return Err(unread(format!("a direct get was answered with status {status}")));
            }
        }
    }
}

impl Batch {
    /// The broker's own headers are behind those of the event, which may have the same names. Behind a block that does not
    /// end as it should, they are not all there.
    fn push(&mut self, stream: &EventStream, reply: async_nats::Message) -> Result<(), ReadError> {
        let malformed =
            || unread("a direct get was answered without stream, sequence, subject, time or rest");
        let headers = reply.headers.ok_or_else(malformed)?;
        let get =
            |name: &str| headers.get_last(name).map(async_nats::HeaderValue::as_str).ok_or_else(malformed);
        if get("Nats-Stream")? != stream.name() {
            return Err(malformed());
        }
        if self.events.is_empty() {
            self.pending = get("Nats-Num-Pending")?.parse().map_err(|_| malformed())?;
        }
        let sequence = get(SEQUENCE)?.parse().map_err(|_| malformed())?;
        let stored_at = OffsetDateTime::parse(get("Nats-Time-Stamp")?, &Rfc3339).map_err(|_| malformed())?;
        let subject = get("Nats-Subject")?;
        let headers = Written::Read(&headers, reply.length);
        let raw = Raw { sequence, subject, headers, stored_at, data: reply.payload };
        self.events.push(raw::recorded(stream, raw).ok_or_else(malformed)?);
        Ok(())
    }
}
