//! Publishing one event, and making sense of the answers.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::client::RequestErrorKind;
use bytes::Bytes;
use domain::{CommandId, Position};
use serde::Deserialize;
use tokio::time::Instant;

use event_store::{AppendError, Appended, Cause, Expected, NewEvent};

use crate::read;
use crate::stream::EventStream;
use crate::write_error::Published;

/// Waits between tries of an append that the broker asked us to repeat. It says so for 1 to 20 ms at a time.
const PAUSE_MIN: Duration = Duration::from_millis(1);
const PAUSE_MAX: Duration = Duration::from_millis(100);

/// What the broker said to one message, or to the last one of a batch.
#[derive(Debug)]
pub(crate) enum Answer {
    Acked {
        sequence: u64,
        repeated: bool,
    },
    Conflict,
    /// A passing state; nothing was stored.
    Again(String),
    /// A message of the batch was stored before.
    RepeatedInBatch,
    Full(String),
    Refused(String),
    /// It may be stored, or be stored later: nothing came back in time, or a leader without a majority gave up, and its
    /// successor may find the event in its own log.
    Open(String),
    /// The broker writes no more until it is started again. What was sent may be on its disk.
    NoWrites {
        words: String,
        was_sent: bool,
    },
}

#[derive(Deserialize)]
struct PubAck {
    #[serde(default)]
    seq: u64,
    #[serde(default)]
    duplicate: bool,
    error: Option<ApiError>,
}

#[derive(Deserialize)]
struct ApiError {
    code: u16,
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

/// Error codes of the JetStream API, by number: the client library names only some of them.
mod code {
    pub(super) const WRONG_LAST_SEQUENCE: u64 = 10071;
    pub(super) const STREAM_MAX_BYTES: u64 = 10077;
    pub(super) const INSUFFICIENT_RESOURCES: u64 = 10023;
    pub(super) const STORAGE_RESOURCES_EXCEEDED: u64 = 10047;
    pub(super) const BATCH_HOLDS_DUPLICATE: u64 = 10201;
    /// In flight for this subject (also seen for no reason on three replicas), and kin of it; and a batch of which the
    /// broker did not take the beginning.
    pub(super) const PASSING: [u64; 5] = [10158, 10163, 10164, 10176, 10210];
}

/// What a stream answered to a message.
pub(crate) fn understand(payload: &[u8]) -> Answer {
    match serde_json::from_slice::<PubAck>(payload) {
        Ok(ack) => judge(ack),
        Err(error) => Answer::Refused(format!("the broker's answer makes no sense: {error}")),
    }
}

fn judge(ack: PubAck) -> Answer {
    let Some(error) = ack.error else {
        return Answer::Acked { sequence: ack.seq, repeated: ack.duplicate };
    };
    let words = format!("{} ({})", error.description, error.err_code);
    match error.err_code {
        code::WRONG_LAST_SEQUENCE => Answer::Conflict,
        code::BATCH_HOLDS_DUPLICATE => Answer::RepeatedInBatch,
        code::STREAM_MAX_BYTES | code::INSUFFICIENT_RESOURCES | code::STORAGE_RESOURCES_EXCEEDED => {
            Answer::Full(words)
        }
        passing if code::PASSING.contains(&passing) => Answer::Again(words),
        // The broker had no store error number that lasts: a store that is full says so by its text alone.
        _ if error.description.contains("maximum bytes exceeded") => Answer::Full(words),
        _ if error.code == 503 => Answer::Open(words),
        _ => Answer::Refused(words),
    }
}

/// Sends one message and waits for the broker's answer.
pub(crate) async fn send(stream: &EventStream, subject: String, headers: HeaderMap, data: Bytes) -> Answer {
    match stream.writes.publish(subject, headers, data, stream.ack_timeout()).await {
        Published::Answered(message) => understand(&message.payload),
        // Nobody listens on the subject: JetStream is not up yet, or the stream has no leader.
        Published::Not(error) if error.kind() == RequestErrorKind::NoResponders => {
            Answer::Again("no stream took the event".to_owned())
        }
        Published::Not(error) => Answer::Refused(error.to_string()),
        Published::Silence => Answer::Open("no answer from the broker".to_owned()),
        Published::WriteError(words) => Answer::NoWrites { words, was_sent: true },
        Published::Closed(words) => Answer::NoWrites { words, was_sent: false },
    }
}

/// The headers of one event. The message id is the command's, so that the broker knows a repetition.
pub(crate) fn headers(stream: &EventStream, event: &NewEvent, message_id: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(async_nats::header::NATS_MESSAGE_ID, message_id);
    headers.insert(async_nats::header::NATS_EXPECTED_STREAM, stream.name());
    if let Expected::Last(sequence) = event.expected {
        headers.insert(
            async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE,
            sequence.get().to_string().as_str(),
        );
    }
    for (name, value) in event.envelope.headers(&event.subject.to_string()) {
        headers.insert(name, value.as_str());
    }
    headers
}

/// A clock for tries: the deadline, the pauses, and whether an earlier try may have landed.
pub(crate) struct Tries {
    deadline: Instant,
    pause: Duration,
    pub(crate) is_open: bool,
}

impl Tries {
    pub(crate) fn new(stream: &EventStream, is_open: bool) -> Self {
        Self { deadline: Instant::now() + stream.append_deadline, pause: PAUSE_MIN, is_open }
    }

    /// How the append ends where the broker writes no more.
    pub(crate) fn no_writes(&self, words: String, was_sent: bool) -> AppendError {
        if self.is_open || was_sent {
            AppendError::Unknown(Cause::new(words))
        } else {
            AppendError::Full(Cause::new(words))
        }
    }

    /// Waits before the next try, or says how the append ends when time is up.
    pub(crate) async fn again(&mut self, why: String) -> Result<(), AppendError> {
        if Instant::now() + self.pause >= self.deadline {
            return Err(if self.is_open {
                AppendError::Unknown(Cause::new(why))
            } else {
                AppendError::Unavailable(Cause::new(why))
            });
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(PAUSE_MAX);
        Ok(())
    }
}

/// Publishes one event until the answer is definite or time is up. `is_open`: it may have landed already.
pub(crate) async fn append_one(
    stream: &EventStream,
    command: CommandId,
    event: &NewEvent,
    is_open: bool,
) -> Result<Appended, AppendError> {
    let message_id = command.to_string();
    let subject = event.subject.to_string();
    let mut tries = Tries::new(stream, is_open);
    loop {
        let headers = headers(stream, event, &message_id);
        match send(stream, subject.clone(), headers, event.data.clone()).await {
            Answer::Acked { sequence, repeated } => {
                return Ok(Appended { positions: vec![stream.position(sequence)], repeated });
            }
            Answer::Conflict => {
                let events = std::slice::from_ref(event);
                // Whether it was us can only be read; a failure to read leaves the outcome open.
                return match own_events(stream, command, events).await? {
                    Some(positions) => Ok(Appended { positions, repeated: true }),
                    None => Err(AppendError::Conflict),
                };
            }
            Answer::Full(words) if !tries.is_open => return Err(AppendError::Full(Cause::new(words))),
            Answer::Refused(words) if !tries.is_open => return Err(AppendError::Refused(Cause::new(words))),
            Answer::NoWrites { words, was_sent } => return Err(tries.no_writes(words, was_sent)),
            Answer::Open(words) => {
                tries.is_open = true;
                tries.again(words).await?;
            }
            Answer::Again(words) | Answer::Full(words) | Answer::Refused(words) => tries.again(words).await?,
            Answer::RepeatedInBatch => {
                tries.again("the broker took one event for a batch".to_owned()).await?
            }
        }
    }
}

/// The positions of a command's events, where they are in the log behind what the command expected.
pub(crate) async fn own_events(
    stream: &EventStream,
    command: CommandId,
    events: &[NewEvent],
) -> Result<Option<Vec<Position>>, AppendError> {
    let mut found = Vec::new();
    let mut subjects: Vec<_> = Vec::new();
    for event in events {
        if subjects.contains(&&event.subject) {
            continue;
        }
        subjects.push(&event.subject);
        let from = match event.expected {
            Expected::Last(sequence) => sequence.next(),
            Expected::Any => domain::Sequence::ZERO.next(),
        };
        let recorded = read::subject(stream, event.subject.clone(), from)
            .await
            .map_err(|error| AppendError::Unknown(Cause::new(error)))?;
        found.extend(
            recorded
                .into_iter()
                .filter(|recorded| recorded.envelope.as_ref().is_some_and(|own| own.command == command))
                .map(|recorded| recorded.position),
        );
    }
    found.sort_unstable();
    Ok((found.len() == events.len()).then_some(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(error: &str) -> Answer {
        judge(serde_json::from_str(&format!(r#"{{"error":{error}}}"#)).expect("it is an answer"))
    }

    #[test]
    fn only_an_answer_that_rules_the_event_out_is_definite() {
        let no_majority =
            r#"{"code":503,"err_code":10008,"description":"JetStream system temporarily unavailable"}"#;
        assert!(matches!(judged(no_majority), Answer::Open(_)));
        let in_flight = r#"{"code":503,"err_code":10158,"description":"in process"}"#;
        assert!(matches!(judged(in_flight), Answer::Again(_)));
        let full = r#"{"code":503,"err_code":10023,"description":"insufficient resources"}"#;
        assert!(matches!(judged(full), Answer::Full(_)));
    }
}
