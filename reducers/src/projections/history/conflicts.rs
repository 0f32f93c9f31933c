//! Which events of `history` conflict: their keys, and the exceptions for events of one segment.
//!
//! The keys of `social`, with one difference: likes, reposts and edits use a message's `Deletion`, too. There they leave
//! nothing in the rows of a deleted message; here those before the deletion stay, and those behind it never begin.

use data_set::write::{Step, WriteError};
use domain::{AccountEvent, Event, GraphEvent, MessageEvent, ReactionKind};

use crate::projections::KnownEvent;
use crate::projections::conflict_keys::ConflictKeys;
use crate::projections::key::Key;
use crate::projections::key_index::{Access, Kinds};
use crate::projections::segments::InSegment;
use crate::projections::social;
use Access::Shared;

/// The keys of an event, as far as the event says so.
pub(super) fn keys(known: &KnownEvent) -> ConflictKeys {
    let mut keys = social::keys(known);
    if let Some(key) = deletion_shared_by(&known.event) {
        keys.add(&key, Shared);
    }
    keys
}

/// Adds the authors of the messages that events name.
pub(super) async fn look_up(step: &mut Step, keys: &mut [ConflictKeys]) -> Result<(), WriteError> {
    let named = ConflictKeys::messages_of(keys);
    if !named.is_empty() {
        let authors = step.history_authors(&named).await?;
        ConflictKeys::add_authors(keys, &authors);
    }
    Ok(())
}

/// What must not change places with a deletion of the message.
fn deletion_shared_by(event: &Event) -> Option<Key> {
    match event {
        Event::Message(MessageEvent::Edited(event)) => Some(Key::Deletion(event.message.get())),
        Event::Reaction(event) if event.reaction().kind != ReactionKind::Bookmark => {
            Some(Key::Deletion(event.reaction().message.get()))
        }
        _ => None,
    }
}

/// An event as it is put into segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HistoryEvent(pub(super) KnownEvent);

/// Where the writer applies an event: the steps of `data_set::write::HistoryChanges`, one behind the other. Each step
/// folds all events of one key in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    NoRows,
    Posts,
    Edits,
    Edges,
    Deletions,
}

impl Stage {
    fn of(event: &Event) -> Self {
        match event {
            Event::Message(MessageEvent::Posted(_)) => Self::Posts,
            Event::Message(MessageEvent::Edited(_)) => Self::Edits,
            Event::Message(MessageEvent::Deleted(_)) => Self::Deletions,
            Event::Graph(GraphEvent::Followed(_) | GraphEvent::Unfollowed(_)) | Event::Reaction(_) => {
                Self::Edges
            }
            _ => Self::NoRows,
        }
    }

    fn bit(self) -> Kinds {
        1 << self as u8
    }
}

/// Events of one segment may use the same key if the writer applies the earlier one no later than the other one. Only
/// a deletion can be out of order: what is said behind it about the message begins another segment.
impl InSegment for HistoryEvent {
    fn keys(&self, uses: &mut impl FnMut(Key, Access)) {
        if let Event::Message(MessageEvent::Deleted(event)) = &self.0.event {
            uses(Key::Deletion(event.message.get()), Access::Exclusive);
        }
        if let Some(key) = deletion_shared_by(&self.0.event) {
            uses(key, Shared);
        }
    }

    fn kind(&self) -> Kinds {
        Stage::of(&self.0.event).bit()
    }

    fn excepted(&self) -> Kinds {
        let own = self.kind();
        own | (own - 1)
    }

    fn is_alone(&self) -> bool {
        matches!(
            self.0.event,
            Event::Account(AccountEvent::Deactivated(_))
                | Event::Graph(GraphEvent::Blocked(_) | GraphEvent::Unblocked(_))
        )
    }
}

#[cfg(test)]
mod tests;
