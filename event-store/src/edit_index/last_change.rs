//! Finds the last edit or deletion of a message.

use domain::{Event, MessageEvent, MessageId};

use super::look_up::{Found, Node, look_up};
use crate::codec::known;
use crate::contract::{EventLog, ReadError, RecordedEvent};
use crate::subject::{Boundary, EditBucket, Subject, mixed};

/// The last event of a message in its bucket; `None` in it: the message was neither edited nor deleted.
pub type LastChange = Found<MessageEvent>;

/// Finds a message's last event in its bucket.
pub async fn last_change(log: &dyn EventLog, message: MessageId) -> Result<LastChange, ReadError> {
    let subject = Subject::new(log.shard(), Boundary::Edits(EditBucket::of(message)));
    look_up(log, subject, path(message), read).await
}

/// Within a bucket no two messages have the same, because the mixing loses nothing.
fn path(message: MessageId) -> u64 {
    mixed(message.get()) >> EditBucket::BITS
}

fn read(recorded: &RecordedEvent, bucket: &Subject) -> Option<Node<MessageEvent>> {
    let Some(Event::Message(event)) = known(recorded) else { return None };
    let message = match &event {
        MessageEvent::Edited(event) => event.message,
        MessageEvent::Deleted(event) => event.message,
        MessageEvent::Posted(_) => return None,
    };
    let is_of_bucket = *bucket.boundary() == Boundary::Edits(EditBucket::of(message));
    is_of_bucket.then(|| Node { path: path(message), event })
}

#[cfg(test)]
mod tests;
