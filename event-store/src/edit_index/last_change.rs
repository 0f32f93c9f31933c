//! Finds the last edit or deletion of a message.

use domain::{Event, MessageEvent, MessageId};
use futures::{StreamExt, TryStreamExt, stream};

use super::look_up::{Found, Node, look_up, look_up_from};
use crate::codec::known;
use crate::contract::{EventLog, ReadError, RecordedEvent};
use crate::subject::{Boundary, EditBucket, Subject, mixed};

/// Messages whose buckets are walked at the same time.
const AT_ONCE: usize = 32;

/// The last event of a message in its bucket; `None` in it: the message was neither edited nor deleted.
pub type LastChange = Found<MessageEvent>;

/// Finds a message's last event in its bucket.
pub async fn last_change(log: &dyn EventLog, message: MessageId) -> Result<LastChange, ReadError> {
    look_up(log, bucket(log, message), path(message), read).await
}

/// The same of each of these messages, in their order. All buckets are asked together for their newest event; most of
/// them have none, and of others it often tells.
pub async fn last_changes(log: &dyn EventLog, messages: &[MessageId]) -> Result<Vec<LastChange>, ReadError> {
    let buckets: Vec<Subject> = messages.iter().map(|message| bucket(log, *message)).collect();
    let newest = log.last_of_each(&buckets).await?;
    let changes = messages.iter().zip(buckets).map(|(message, bucket)| {
        let newest = newest.get(&bucket).cloned();
        look_up_from(log, bucket, newest, path(*message), read)
    });
    stream::iter(changes.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await
}

fn bucket(log: &dyn EventLog, message: MessageId) -> Subject {
    Subject::new(log.shard(), Boundary::Edits(EditBucket::of(message)))
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
