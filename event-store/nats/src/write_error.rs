//! Whether the broker still writes.
//!
//! After a write error (a full disk) nats-server leaves every message to that stream without an answer until it is
//! started again, also once there is room; reads and requests it goes on answering. The message that met the error may
//! be on the disk all the same, so its outcome stays open. From then on nothing is sent to that stream, and that is a
//! definite refusal.
//!
//! How such silence is distinguished from a slow or frozen broker: a stream of one replica answers in the order in
//! which it was asked. A second message, which the stream must refuse, is sent behind the one that waits; that refusal
//! shows that the first one was dealt with and left without an answer. With more replicas the others go on writing, and
//! a cluster forwards messages, so there silence stays silence.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::client::{Request, RequestError, RequestErrorKind};
use async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE;
use async_nats::{Client, HeaderMap, Message};
use bytes::Bytes;
use futures::FutureExt;

/// No subject has a message of this sequence, and the broker can count up to it.
const NEVER: &str = "9007199254740992";
const PROBE: &str = "write-error-probe";

/// The streams of one connection to which the broker writes no more. Clones share it.
#[derive(Debug, Clone)]
pub struct WriteErrors {
    client: Client,
    /// By stream, the id of the broker's process that had the error. The next process has another one.
    found: Arc<Mutex<BTreeMap<Arc<str>, String>>>,
}

/// What became of a message.
pub(crate) enum Published {
    Answered(Message),
    /// Nothing was sent, or nobody took it.
    Not(RequestError),
    /// No answer came in time; the message may have been stored, or may yet be.
    Silence,
    /// The message met the stream's write error, or came behind it. It may be on the disk.
    WriteError(String),
    /// Nothing was sent, because a write error stands.
    Closed(String),
}

impl WriteErrors {
    pub fn new(client: Client) -> Self {
        Self { client, found: Arc::default() }
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// In words, to which streams the broker does not write any more until it is started again.
    pub fn standing(&self) -> Option<String> {
        let process = self.client.server_info().server_id;
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.retain(|_, failed| *failed == process);
        let streams: Vec<&str> = found.keys().map(AsRef::as_ref).collect();
        (!streams.is_empty()).then(|| words(&streams.join(", ")))
    }

    /// `prefix`: of subjects of the stream, with its last dot.
    pub(crate) fn of(&self, stream: &str, prefix: &str, replicas: usize) -> StreamWrites {
        let probe = format!("{prefix}{PROBE}");
        StreamWrites { errors: self.clone(), stream: stream.into(), probe, replicas }
    }
}

fn words(streams: &str) -> String {
    format!(
        "the broker had a write error on {streams} (a full disk?) and writes no more there; once there is room it has to be \
         started again"
    )
}

/// Writing to one stream.
#[derive(Debug, Clone)]
pub(crate) struct StreamWrites {
    errors: WriteErrors,
    stream: Arc<str>,
    probe: String,
    replicas: usize,
}

impl StreamWrites {
    /// Sends one message and waits for the broker's answer, so long at most, and as long again where none comes.
    pub(crate) async fn publish(
        &self,
        subject: String,
        headers: HeaderMap,
        data: Bytes,
        limit: Duration,
    ) -> Published {
        let before = self.connection();
        if let Some(words) = self.standing(&before.0) {
            return Published::Closed(words);
        }
        let request = Request::new().headers(headers).payload(data).timeout(None);
        let mut asked = std::pin::pin!(self.errors.client.send_request(subject, request));
        if let Ok(answered) = tokio::time::timeout(limit, &mut asked).await {
            return judge(answered);
        }
        // A cluster forwards messages, and what happened on the way is not seen.
        if self.replicas > 1 || self.errors.client.server_info().cluster.is_some() {
            return Published::Silence;
        }
        let probed = tokio::select! {
            biased;
            late = &mut asked => return judge(late),
            probed = self.probe(limit) => probed,
        };
        // Answers come in order, so the one to the message would be here by now.
        if let Some(late) = asked.now_or_never() {
            return judge(late);
        }
        // Where the connection was lost in between, the message may have been lost with it.
        match probed {
            Ok(_) if self.connection() == before => Published::WriteError(self.stands(before.0)),
            _ => Published::Silence,
        }
    }

    /// Any answer will do: the stream got to it.
    async fn probe(&self, limit: Duration) -> Result<Message, RequestError> {
        let mut headers = HeaderMap::new();
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, NEVER);
        let request = Request::new().headers(headers).payload(Bytes::new()).timeout(Some(limit));
        self.errors.client.send_request(self.probe.clone(), request).await
    }

    /// The broker's process, and the connection to it.
    fn connection(&self) -> (String, u64) {
        let info = self.errors.client.server_info();
        (info.server_id, info.client_id)
    }

    fn standing(&self, process: &str) -> Option<String> {
        let found = self.errors.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.get(&self.stream).is_some_and(|failed| failed == process).then(|| words(&self.stream))
    }

    fn stands(&self, process: String) -> String {
        let words = words(&self.stream);
        let mut found = self.errors.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.insert(Arc::clone(&self.stream), process).is_none() {
            tracing::error!(stream.name = %self.stream, "{words}");
        }
        words
    }
}

fn judge(answered: Result<Message, RequestError>) -> Published {
    match answered {
        Ok(message) => Published::Answered(message),
        Err(error) => match error.kind() {
            RequestErrorKind::NoResponders
            | RequestErrorKind::MaxPayloadExceeded
            | RequestErrorKind::InvalidSubject => Published::Not(error),
            _ => Published::Silence,
        },
    }
}
