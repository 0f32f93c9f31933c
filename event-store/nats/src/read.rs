//! Reading: one event by sequence, and a subject's events in batches where no event forbids it.

use std::time::Duration;

use domain::Sequence;
use tokio::time::Instant;

use event_store::{ReadError, RecordedEvent, Subject};

use crate::errors::unread;
use crate::message::{self, Which};
use crate::page::{self, PAGE};
use crate::raw;
use crate::stream::EventStream;

/// How long a replica may take to have what its leader had, and how often it is asked.
pub(crate) const CATCH_UP_MAX: Duration = Duration::from_secs(2);
pub(crate) const CATCH_UP_PAUSE: Duration = Duration::from_millis(5);

/// The event at a sequence, from the stream's leader: what was just appended is there.
pub(crate) async fn one(
    stream: &EventStream,
    sequence: Sequence,
) -> Result<Option<RecordedEvent>, ReadError> {
    if sequence == Sequence::ZERO {
        return Ok(None);
    }
    let found = message::get(stream, Which::At { seq: sequence.get() }).await?;
    Ok(found.and_then(|message| raw::recorded(stream, message.raw())))
}

/// A subject's newest event, from the leader.
pub(crate) async fn last(stream: &EventStream, subject: &str) -> Result<Option<RecordedEvent>, ReadError> {
    let found = message::get(stream, Which::Last { last_by_subj: subject }).await?;
    Ok(found.and_then(|message| raw::recorded(stream, message.raw())))
}

/// A subject's events from a sequence on. They come in batches, perhaps from a replica that lags behind the leader by a
/// few milliseconds; the leader says which one is the last, and reading goes on until it is there.
pub(crate) async fn subject(
    stream: &EventStream,
    subject: Subject,
    from: Sequence,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let name = subject.to_string();
    let newest = last(stream, &name).await?.map_or(0, |newest| newest.position.sequence().get());
    let deadline = Instant::now() + CATCH_UP_MAX;
    let mut events: Vec<RecordedEvent> = Vec::new();
    let mut next = from.get().max(1);
    while next <= newest {
        let page = match page::of(stream, &name, next).await {
            Some(page) => page,
            None => singly(stream, &name, next).await?,
        };
        match page.last() {
            Some(last) => next = last.position.sequence().get() + 1,
            None if Instant::now() < deadline => tokio::time::sleep(CATCH_UP_PAUSE).await,
            None => return Err(unread("the replica that was read stays behind its leader")),
        }
        events.extend(page);
    }
    Ok(events)
}

/// The same as a page, event by event from the leader.
async fn singly(stream: &EventStream, subject: &str, from: u64) -> Result<Vec<RecordedEvent>, ReadError> {
    let (mut events, mut next) = (Vec::new(), from);
    while events.len() < PAGE {
        let which = Which::Next { seq: next, next_by_subj: subject };
        let Some(message) = message::get(stream, which).await? else { break };
        if !message.is_readable() {
            stream.pages.avoid(subject);
        }
        next = message.sequence + 1;
        events.extend(raw::recorded(stream, message.raw()));
    }
    Ok(events)
}
