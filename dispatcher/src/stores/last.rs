//! The last event of a subject. Where each event tells the whole state, that is all that a decision needs.

use domain::{Event, Position, Sequence};

use event_store::{EventLog, ReadError, RecordedEvent, Subject, known};

/// A state that was read, and the sequence of its subject up to which that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded<T> {
    pub state: T,
    pub through: Sequence,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last<E> {
    /// The last event that this version of the code understands, and its position.
    pub event: Option<(E, Position)>,
    /// The last event of the subject, understood or not; zero where there is none.
    pub through: Sequence,
}

pub(super) async fn last<E>(
    log: &dyn EventLog,
    subject: Subject,
    pick: fn(Event) -> Option<E>,
) -> Result<Last<E>, ReadError> {
    let place = |recorded: &RecordedEvent| known(recorded).and_then(pick).map(|e| (e, recorded.position));
    let Some(newest) = log.last(subject.clone()).await? else {
        return Ok(Last { event: None, through: Sequence::ZERO });
    };
    if let Some(placed) = place(&newest) {
        return Ok(Last { event: Some(placed), through: newest.position.sequence() });
    }
    // A damaged event, or a later version's, counts for nobody: what came before it still holds.
    let all = log.read_subject(subject, Sequence::ZERO.next()).await?;
    let through = all.last().unwrap_or(&newest).position.sequence();
    Ok(Last { event: all.iter().rev().find_map(place), through })
}
