//! One page of a subject's events: a batched direct get.

use std::time::Duration;

use bytes::Bytes;
use event_store::{ReadError, RecordedEvent};
use futures::StreamExt;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::connection::Connection;
use crate::errors::unread;
use crate::raw::{self, Raw, Written};
use crate::stream::EventStream;

/// Events per page.
pub(crate) const PAGE: usize = 512;
/// Longest wait for the next reply of a page.
const REPLY_TIMEOUT: Duration = Duration::from_secs(2);
const STATUS_NOT_FOUND: u16 = 404;
const STATUS_END_OF_PAGE: u16 = 204;

/// `None`: these events have to be read singly, from the leader.
pub(crate) async fn of(stream: &EventStream, subject: &str, from: u64) -> Option<Vec<RecordedEvent>> {
    if stream.pages.is_avoided(subject) {
        return None;
    }
    let connection = stream.pages.get(&stream.address).await.ok()?;
    let page = tokio::select! {
        biased;
        page = page(stream, &connection, subject, from) => page,
        () = connection.lost() => Err(unread("the connection was lost")),
    };
    match page {
        Ok(page) => Some(page),
        Err(error) => {
            tracing::warn!(event.subject = subject, %error, "events are read one by one");
            stream.pages.give_up(&connection).await;
            None
        }
    }
}

/// One batched direct get. The broker sends the events one by one and ends with an empty message of status 204, or
/// answers 404 where there are none.
async fn page(
    stream: &EventStream,
    connection: &Connection,
    subject: &str,
    from: u64,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let client = &connection.client;
    let inbox = client.new_inbox();
    let mut replies = client.subscribe(inbox.clone()).await.map_err(unread)?;
    let request = serde_json::json!({ "seq": from, "next_by_subj": subject, "batch": PAGE });
    client
        .publish_with_reply(
            format!("$JS.API.DIRECT.GET.{}", stream.name()),
            inbox,
            Bytes::from(request.to_string()),
        )
        .await
        .map_err(unread)?;
    let mut events = Vec::new();
    loop {
        let reply = tokio::time::timeout(REPLY_TIMEOUT, replies.next())
            .await
            .map_err(|_| unread("no reply to a direct get"))?
            .ok_or_else(|| unread("the connection was closed"))?;
        let is_event = reply.headers.as_ref().is_some_and(|headers| headers.get(SEQUENCE).is_some());
        match reply.status.map(|status| status.as_u16()) {
            Some(STATUS_END_OF_PAGE | STATUS_NOT_FOUND) if !is_event => return Ok(events),
            None => events.push(from_direct_get(stream, reply)?),
            Some(status) => {
                return Err(unread(format!("a direct get was answered with status {status}")));
            }
        }
    }
}

const SEQUENCE: &str = "Nats-Sequence";

/// The broker's own headers are behind those of the event, which may have the same names. Behind a block that does not
/// end as it should, they are not all there.
fn from_direct_get(stream: &EventStream, reply: async_nats::Message) -> Result<RecordedEvent, ReadError> {
    let malformed = || unread("a direct get was answered without stream, sequence, subject or time");
    let headers = reply.headers.ok_or_else(malformed)?;
    let get = |name: &str| headers.get_last(name).map(async_nats::HeaderValue::as_str).ok_or_else(malformed);
    if get("Nats-Stream")? != stream.name() {
        return Err(malformed());
    }
    let sequence = get(SEQUENCE)?.parse().map_err(|_| malformed())?;
    let stored_at = OffsetDateTime::parse(get("Nats-Time-Stamp")?, &Rfc3339).map_err(|_| malformed())?;
    let subject = get("Nats-Subject")?;
    let headers = Written::Read(&headers, reply.length);
    let raw = Raw { sequence, subject, headers, stored_at, data: reply.payload };
    raw::recorded(stream, raw).ok_or_else(malformed)
}
