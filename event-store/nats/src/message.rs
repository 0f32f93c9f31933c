//! Single events from the stream's leader, by the API that gives header blocks as base64: whatever they are, they come
//! through any connection. What was just appended is there.
//!
//! A subject that is not UTF-8 is given with U+FFFD in place of each byte that is none; there is no way to the bytes.

use async_nats::HeaderMap;
use async_nats::client::{Request, RequestErrorKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use event_store::ReadError;

use crate::errors::unread;
use crate::header_block;
use crate::raw::{Raw, Written};
use crate::stream::EventStream;

const NO_MESSAGE_FOUND: u64 = 10037;

/// Which one.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Which<'a> {
    At {
        seq: u64,
    },
    /// The first one of a subject from a sequence on.
    Next {
        seq: u64,
        next_by_subj: &'a str,
    },
    Last {
        last_by_subj: &'a str,
    },
}

pub(crate) struct Message {
    pub(crate) sequence: u64,
    subject: String,
    headers: Option<(Bytes, Result<HeaderMap, &'static str>)>,
    stored_at: OffsetDateTime,
    data: Bytes,
}

#[derive(Deserialize)]
struct Answer {
    message: Option<Found>,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
struct Found {
    subject: String,
    seq: u64,
    hdrs: Option<String>,
    #[serde(default)]
    data: String,
    #[serde(with = "time::serde::rfc3339")]
    time: OffsetDateTime,
}

pub(crate) async fn get(stream: &EventStream, which: Which<'_>) -> Result<Option<Message>, ReadError> {
    let question = serde_json::to_vec(&which).map_err(unread)?;
    let request = Request::new().payload(question.into()).timeout(Some(stream.ack_timeout()));
    let subject = format!("$JS.API.STREAM.MSG.GET.{}", stream.name());
    let answer = stream.client.send_request(subject, request).await.map_err(|error| match error.kind() {
        RequestErrorKind::NoResponders => unread("JetStream is not there"),
        _ => unread(error),
    })?;
    let answer: Answer = serde_json::from_str(&String::from_utf8_lossy(&answer.payload)).map_err(unread)?;
    match answer {
        Answer { message: Some(found), .. } => Message::of(found).map(Some),
        Answer { error: Some(Failure { err_code: NO_MESSAGE_FOUND, .. }), .. } => Ok(None),
        Answer { error, .. } => Err(unread(error.map_or_else(String::new, |error| error.description))),
    }
}

impl Message {
    fn of(found: Found) -> Result<Self, ReadError> {
        let decode = |text: String| STANDARD.decode(text).map(Bytes::from).map_err(unread);
        let block = found.hdrs.map(decode).transpose()?.filter(|block| !block.is_empty());
        Ok(Self {
            sequence: found.seq,
            subject: found.subject,
            headers: block.map(|block| {
                let read = header_block::read(&block);
                (block, read)
            }),
            stored_at: found.time,
            data: decode(found.data)?,
        })
    }

    pub(crate) fn raw(&self) -> Raw<'_> {
        Raw {
            sequence: self.sequence,
            subject: &self.subject,
            headers: match &self.headers {
                Some((block, read)) => Written::Block(block, read),
                None => Written::None,
            },
            stored_at: self.stored_at,
            data: self.data.clone(),
        }
    }

    /// Whether a connection would have survived it.
    pub(crate) fn is_readable(&self) -> bool {
        let breaks = |letter: char| letter.is_whitespace() || letter == char::REPLACEMENT_CHARACTER;
        self.headers.as_ref().is_none_or(|(_, read)| read.is_ok()) && !self.subject.contains(breaks)
    }
}
