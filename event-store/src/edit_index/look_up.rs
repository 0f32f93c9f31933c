//! Walks the index of a subject, whatever its events are about.

use domain::Sequence;

use super::EditIndex;
use crate::cause::Cause;
use crate::contract::{EventLog, ReadError, RecordedEvent};
use crate::subject::Subject;

/// The last event about one thing in a subject that holds those about others, too, and what the next one has to know.
#[derive(Debug, Clone)]
pub struct Found<E> {
    /// With its sequence; `None`: there is no event about it.
    pub last: Option<(Sequence, E)>,
    /// The subject's newest event; zero where there is none.
    pub through: Sequence,
    /// The entries of an event about the same that follows `through`.
    pub index: EditIndex,
}

/// What an event of such a subject says.
pub(super) struct Node<E> {
    /// Names what it is about, and nothing else.
    pub(super) path: u64,
    pub(super) event: E,
}

/// Takes an event of the subject; `None`: nothing that the fold takes for one that belongs there.
pub(super) type Read<E> = fn(&RecordedEvent, &Subject) -> Option<Node<E>>;

impl<E> Found<E> {
    fn nothing() -> Self {
        Self::new(None, Sequence::ZERO, Vec::new())
    }

    fn new(last: Option<(Sequence, E)>, through: Sequence, index: Vec<u64>) -> Self {
        Self { last, through, index: EditIndex::new(index) }
    }
}

/// The first bit in which two paths differ. `None`: they are of the same thing.
pub(super) fn fork(one: u64, other: u64) -> Option<usize> {
    // At most 64.
    (one != other).then(|| (one ^ other).trailing_zeros() as usize)
}

/// The entries of an event; `None`: somebody else's event. It counts as the fold counts it, but leads nowhere.
fn entries(recorded: &RecordedEvent) -> Option<EditIndex> {
    let index = recorded.envelope.as_ref()?.edit_index.clone();
    index.filter(|index| index.is_before(recorded.position.sequence()))
}

/// Finds the last event with a path in a subject.
pub(super) async fn look_up<E>(
    log: &dyn EventLog,
    subject: Subject,
    wanted: u64,
    read: Read<E>,
) -> Result<Found<E>, ReadError> {
    let newest = log.last(subject.clone()).await?;
    look_up_from(log, subject, newest, wanted, read).await
}

/// The same where the subject's newest event is known; `None`: it has none.
pub(super) async fn look_up_from<E>(
    log: &dyn EventLog,
    subject: Subject,
    newest: Option<RecordedEvent>,
    wanted: u64,
    read: Read<E>,
) -> Result<Found<E>, ReadError> {
    let Some(newest) = newest else { return Ok(Found::nothing()) };
    let through = newest.position.sequence();
    let (mut index, mut recorded) = (Vec::new(), newest);
    loop {
        let sequence = recorded.position.sequence();
        let (Some(Node { path, event }), Some(entries)) = (read(&recorded, &subject), entries(&recorded))
        else {
            return search(log, subject, wanted, read).await;
        };
        let depth = index.len();
        let Some(fork) = fork(wanted, path) else {
            index.extend(entries.0.into_iter().skip(depth));
            return Ok(Found::new(Some((sequence, event)), through, index));
        };
        if fork < depth {
            // An entry led to where its event does not belong.
            return search(log, subject, wanted, read).await;
        }
        index.extend((depth..fork).map(|depth| entries.entry(depth)));
        index.push(sequence.get());
        let Some(next) = Sequence::new(entries.entry(fork)).filter(|next| *next != Sequence::ZERO) else {
            return Ok(Found::new(None, through, index));
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

/// The same by reading all of the subject: somebody else wrote there, so its events do not lead from one to the other.
pub(super) async fn search<E>(
    log: &dyn EventLog,
    subject: Subject,
    wanted: u64,
    read: Read<E>,
) -> Result<Found<E>, ReadError> {
    let (mut found, mut index) = (Found::nothing(), Vec::new());
    for recorded in log.read_subject(subject.clone(), Sequence::ZERO.next()).await? {
        let sequence = recorded.position.sequence();
        found.through = sequence;
        let Some(node) = read(&recorded, &subject) else { continue };
        match fork(wanted, node.path) {
            None => found.last = Some((sequence, node.event)),
            Some(fork) => {
                index.resize(index.len().max(fork + 1), 0);
                index[fork] = sequence.get();
            }
        }
    }
    Ok(Found::new(found.last, found.through, index))
}
