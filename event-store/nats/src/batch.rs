//! Atomic batches: several events that become visible together or never.

use async_nats::HeaderMap;
use domain::CommandId;
use uuid::Uuid;

use event_store::{AppendError, Appended, Cause, NewEvent};

use crate::publish::{self, Answer, Tries};
use crate::stream::EventStream;

/// The broker takes at most 1,000 messages in a batch.
pub(crate) const EVENTS_MAX: usize = 1_000;
/// Batches of commands under way at once in this process. A broker takes 50 per stream and goes silent for seconds
/// beyond that; with the groups of single events, eight processes stay below.
pub(crate) const BATCHES_MAX: usize = 4;

pub(crate) const BATCH_ID: &str = "Nats-Batch-Id";
pub(crate) const BATCH_SEQUENCE: &str = "Nats-Batch-Sequence";
pub(crate) const BATCH_COMMIT: &str = "Nats-Batch-Commit";

/// Sends events, with their message ids, as one batch. Only the last one is answered, for all.
pub(crate) async fn send<'a>(
    stream: &EventStream,
    events: impl ExactSizeIterator<Item = (String, &'a NewEvent)>,
) -> Answer {
    let id = Uuid::now_v7().to_string();
    let count = events.len();
    for (index, (message_id, event)) in events.enumerate() {
        let mut headers: HeaderMap = publish::headers(stream, event, &message_id);
        headers.insert(BATCH_ID, id.as_str());
        headers.insert(BATCH_SEQUENCE, (index + 1).to_string().as_str());
        let subject = event.subject.to_string();
        if index + 1 == count {
            headers.insert(BATCH_COMMIT, "1");
            return publish::send(stream, subject, headers, event.data.clone()).await;
        }
        if let Err(error) = stream.client.publish_with_headers(subject, headers, event.data.clone()).await {
            // Without its last message the broker drops the batch.
            return Answer::Again(error.to_string());
        }
    }
    Answer::Refused("a batch needs events".to_owned())
}

/// Appends the events of one command, all or nothing, until the answer is definite or time is up.
pub(crate) async fn append_all(
    stream: &EventStream,
    command: CommandId,
    events: &[NewEvent],
) -> Result<Appended, AppendError> {
    if events.is_empty() || events.len() > EVENTS_MAX {
        return Err(AppendError::Refused(Cause::new(format!(
            "{} events; 1 to {EVENTS_MAX} fit",
            events.len()
        ))));
    }
    // The semaphore is never closed.
    let _place = stream.batches.acquire().await.ok();
    let mut tries = Tries::new(stream, false);
    loop {
        // The first one has the name that a single event would have: a command is in the log once, whatever it is.
        let name = |index| if index == 0 { command.to_string() } else { format!("{command}.{index}") };
        let numbered = events.iter().enumerate().map(|(index, event)| (name(index), event));
        match send(stream, numbered).await {
            Answer::Acked { sequence, repeated } => {
                let first = sequence.saturating_sub(events.len() as u64 - 1);
                let positions = (first..=sequence).map(|sequence| stream.position(sequence)).collect();
                return Ok(Appended { positions, repeated });
            }
            Answer::Conflict | Answer::RepeatedInBatch => {
                return match publish::own_events(stream, command, events).await? {
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
        }
    }
}
