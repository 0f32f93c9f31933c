//! Finds the last edit or deletion of a message.

use domain::{Event, MessageEvent, MessageId, Sequence};

use super::EditIndex;
use crate::cause::Cause;
use crate::codec::known;
use crate::contract::{EventLog, ReadError, RecordedEvent};
use crate::subject::{Boundary, EditBucket, Subject};

/// The last event of a message in its bucket, and what the next one has to know.
#[derive(Debug, Clone)]
pub struct LastChange {
    /// With its sequence; `None`: the message was neither edited nor deleted.
    pub last: Option<(Sequence, MessageEvent)>,
    /// The bucket's newest event; zero where there is none.
    pub through: Sequence,
    /// The entries of an event on this message that follows `through`.
    pub index: EditIndex,
}

/// What an event of a bucket says.
struct Node {
    sequence: Sequence,
    path: u64,
    event: MessageEvent,
    /// `None`: somebody else's event. It counts as the fold counts it, but leads nowhere.
    index: Option<EditIndex>,
}

impl Node {
    /// `None`: nothing that the fold takes for an edit or a deletion of a message of this bucket.
    fn read(recorded: &RecordedEvent, bucket: EditBucket) -> Option<Self> {
        let index = recorded.envelope.as_ref()?.edit_index.clone();
        let Some(Event::Message(event)) = known(recorded) else { return None };
        let message = match &event {
            MessageEvent::Edited(event) => event.message,
            MessageEvent::Deleted(event) => event.message,
            MessageEvent::Posted(_) => return None,
        };
        let sequence = recorded.position.sequence();
        let index = index.filter(|index| index.is_before(sequence));
        (EditBucket::of(message) == bucket).then(|| Self { sequence, path: path(message), event, index })
    }
}

fn path(message: MessageId) -> u64 {
    EditBucket::mixed(message) >> EditBucket::BITS
}

/// The first bit in which two paths differ. `None`: they are the same message's, because the mixing loses nothing.
fn fork(one: u64, other: u64) -> Option<usize> {
    // At most 64.
    (one != other).then(|| (one ^ other).trailing_zeros() as usize)
}

/// Finds a message's last event in its bucket.
pub async fn last_change(log: &dyn EventLog, message: MessageId) -> Result<LastChange, ReadError> {
    let bucket = EditBucket::of(message);
    let subject = Subject::new(log.shard(), Boundary::Edits(bucket));
    let Some(newest) = log.last(subject.clone()).await? else { return Ok(LastChange::nothing()) };
    let through = newest.position.sequence();
    let (wanted, mut index, mut recorded) = (path(message), Vec::new(), newest);
    loop {
        let Some(Node { sequence, path, event, index: Some(entries) }) = Node::read(&recorded, bucket) else {
            return search(log, subject, message).await;
        };
        let depth = index.len();
        let Some(fork) = fork(wanted, path) else {
            index.extend(entries.0.into_iter().skip(depth));
            return Ok(LastChange::new(Some((sequence, event)), through, index));
        };
        if fork < depth {
            // An entry led to where its event does not belong.
            return search(log, subject, message).await;
        }
        index.extend((depth..fork).map(|depth| entries.entry(depth)));
        index.push(sequence.get());
        let Some(next) = Sequence::new(entries.entry(fork)).filter(|next| *next != Sequence::ZERO) else {
            return Ok(LastChange::new(None, through, index));
        };
        match log.read(next).await? {
            Some(next) => recorded = next,
            None => {
                return Err(ReadError::Unavailable(Cause::new(format!(
                    "event {} is not there yet",
                    next.get()
                ))));
            }
        }
    }
}

/// The same by reading all of the bucket: somebody else wrote there, so its events do not lead from one to the other.
async fn search(log: &dyn EventLog, subject: Subject, message: MessageId) -> Result<LastChange, ReadError> {
    let (bucket, wanted) = (EditBucket::of(message), path(message));
    let (mut found, mut index) = (LastChange::nothing(), Vec::new());
    for recorded in log.read_subject(subject, Sequence::ZERO.next()).await? {
        found.through = recorded.position.sequence();
        let Some(node) = Node::read(&recorded, bucket) else { continue };
        match fork(wanted, node.path) {
            None => found.last = Some((node.sequence, node.event)),
            Some(fork) => {
                index.resize(index.len().max(fork + 1), 0);
                index[fork] = node.sequence.get();
            }
        }
    }
    Ok(LastChange::new(found.last, found.through, index))
}

impl LastChange {
    fn nothing() -> Self {
        Self::new(None, Sequence::ZERO, Vec::new())
    }

    fn new(last: Option<(Sequence, MessageEvent)>, through: Sequence, index: Vec<u64>) -> Self {
        Self { last, through, index: EditIndex::new(index) }
    }
}

#[cfg(test)]
mod tests;
