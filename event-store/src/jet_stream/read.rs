//! Reading: one event by sequence, and a subject's events in batches where no event forbids it.

use std::time::Duration;

use domain::Sequence;
use tokio::time::Instant;

use crate::contract::{ReadError, RecordedEvent};
use crate::subject::Subject;

use super::message::{self, Which};
use super::{Inner, raw};

/// Events per page of a batched direct get.
pub(super) const PAGE: usize = 512;
/// How long a replica may take to have what its leader had, and how often it is asked.
const CATCH_UP_MAX: Duration = Duration::from_secs(2);
const CATCH_UP_PAUSE: Duration = Duration::from_millis(5);

pub(super) fn unavailable(error: &dyn std::fmt::Display) -> ReadError {
    ReadError::Unavailable(error.to_string())
}

/// The event at a sequence, from the stream's leader: what was just appended is there.
pub(super) async fn one(inner: &Inner, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
    if sequence == Sequence::ZERO {
        return Ok(None);
    }
    let found = message::get(inner, Which::At { seq: sequence.get() }).await?;
    Ok(found.and_then(|message| raw::recorded(inner, message.raw())))
}

/// A subject's newest event, from the leader.
pub(super) async fn last(inner: &Inner, subject: &str) -> Result<Option<RecordedEvent>, ReadError> {
    let found = message::get(inner, Which::Last { last_by_subj: subject }).await?;
    Ok(found.and_then(|message| raw::recorded(inner, message.raw())))
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
        let page = match inner.pages.batch(inner, &name, next).await {
            Some(page) => page,
            None => singly(inner, &name, next).await?,
        };
        match page.last() {
            Some(last) => next = last.position.sequence().get() + 1,
            None if Instant::now() < deadline => tokio::time::sleep(CATCH_UP_PAUSE).await,
            None => return Err(unavailable(&"the replica that was read stays behind its leader")),
        }
        events.extend(page);
    }
    Ok(events)
}

/// The same as a page, event by event from the leader.
async fn singly(inner: &Inner, subject: &str, from: u64) -> Result<Vec<RecordedEvent>, ReadError> {
    let (mut events, mut next) = (Vec::new(), from);
    while events.len() < PAGE {
        let which = Which::Next { seq: next, next_by_subj: subject };
        let Some(message) = message::get(inner, which).await? else { break };
        if !message.is_readable() {
            inner.pages.avoid(subject);
        }
        next = message.sequence + 1;
        events.extend(raw::recorded(inner, message.raw()));
    }
    Ok(events)
}
