//! Publishing one event until the answer is definite.

mod answer;

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::client::RequestErrorKind;
use bytes::Bytes;
use domain::{CommandId, Position};
use tokio::time::Instant;

use event_store::{AppendError, Appended, Cause, Expected, NewEvent};

pub(crate) use self::answer::{Answer, understand};
use crate::read;
use crate::stream::EventStream;
use crate::write_error::Published;

/// Waits between tries of an append that the broker asked us to repeat. It says so for 1 to 20 ms at a time.
const PAUSE_MIN: Duration = Duration::from_millis(1);
const PAUSE_MAX: Duration = Duration::from_millis(100);

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
