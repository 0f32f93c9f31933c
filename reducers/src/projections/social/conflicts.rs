//! Which events of `social` conflict: their keys, and the exceptions for events of one segment.
//!
//! - `Account`: all that an account does or is done to it shares this; its deactivation uses it exclusively, and so do
//!   its blocks: with an account that it blocks it shares what both of them do to each other.
//! - `Message`: everything that names a message shares this.
//! - `Deletion`: replies share it, because their notifications outlast the message. Likes and edits do not: they leave
//!   nothing in the rows of a deleted message, before or behind the deletion; its tombstone has the tags that it was posted with.
//! - `Text`, `Profile` and each edge: the order of their own events.
//! - `Report`: a report and what became of it.
//! - `EditsOf`: an undecodable event there may be about the message.

use data_set::write::{Step, WriteError};
use domain::{
    AccountEvent, AccountId, Event, GraphEvent, HandleEvent, InboxEvent, MessageEvent, ProjectionEvent,
    Reaction, ReportEvent,
};

use crate::projections::KnownEvent;
use crate::projections::conflict_keys::ConflictKeys;
use crate::projections::key::Key;
use crate::projections::key_index::{Access, Kinds};
use crate::projections::segments::InSegment;
use Access::{Exclusive, Shared};

/// The keys of an event, as far as the event says so.
pub(super) fn keys(known: &KnownEvent) -> ConflictKeys {
    let mut keys = ConflictKeys::at(known.position);
    if is_about_block(&known.event) {
        // It deactivates nobody: what it is about stands in it.
        each_key(known, &mut |key, access| keys.add_found(&key, access));
    } else {
        each_key(known, &mut |key, access| keys.add(&key, access));
    }
    keys
}

/// Adds the authors of the messages that events name.
pub(super) async fn look_up(step: &mut Step, keys: &mut [ConflictKeys]) -> Result<(), WriteError> {
    let named = ConflictKeys::messages_of(keys);
    if !named.is_empty() {
        let authors = step.social_authors(&named).await?;
        ConflictKeys::add_authors(keys, &authors);
    }
    Ok(())
}

fn each_key(known: &KnownEvent, uses: &mut impl FnMut(Key, Access)) {
    match &known.event {
        Event::Account(event) => account(event, uses),
        Event::Handle(HandleEvent::Claimed(event)) => uses(Key::Handle(event.handle.clone()), Exclusive),
        Event::Handle(HandleEvent::Released(event)) => uses(Key::Handle(event.handle.clone()), Exclusive),
        Event::Message(event) => message(known.position.get(), event, uses),
        Event::Graph(event) => graph(event, uses),
        Event::Reaction(event) => reaction(event.reaction(), uses),
        Event::Inbox(InboxEvent::NotificationsRead(event)) => uses(Key::Account(event.account.get()), Shared),
        Event::Moderation(event) => {
            uses(Key::Profile(event.account().get()), Exclusive);
            uses(Key::Account(event.account().get()), Shared);
        }
        Event::Report(ReportEvent::Filed(_)) => uses(Key::Report(known.position.get()), Exclusive),
        Event::Report(ReportEvent::Resolved(event)) => uses(Key::Report(event.report.get()), Exclusive),
        // The worker obeys it; it changes no rows of its own.
        Event::Projection(ProjectionEvent::EventsDropped(_)) => {}
    }
}

fn account(event: &AccountEvent, uses: &mut impl FnMut(Key, Access)) {
    let mut profile = |account: AccountId| {
        uses(Key::Profile(account.get()), Exclusive);
        uses(Key::Account(account.get()), Shared);
    };
    match event {
        AccountEvent::Registered(event) => profile(event.account),
        AccountEvent::ProfileChanged(event) => profile(event.account),
        AccountEvent::Deactivated(event) => uses(Key::Account(event.account.get()), Exclusive),
    }
}

fn message(position: i64, event: &MessageEvent, uses: &mut impl FnMut(Key, Access)) {
    match event {
        MessageEvent::Posted(event) => {
            uses(Key::Message(position), Exclusive);
            uses(Key::Account(event.author.get()), Shared);
            if let Some(parent) = event.in_reply_to {
                uses(Key::Message(parent.get()), Shared);
                uses(Key::Deletion(parent.get()), Shared);
            }
        }
        MessageEvent::Edited(event) => {
            uses(Key::Message(event.message.get()), Shared);
            uses(Key::Text(event.message.get()), Exclusive);
            uses(Key::EditsOf(event.message), Shared);
            uses(Key::Account(event.author.get()), Shared);
        }
        MessageEvent::Deleted(event) => {
            uses(Key::Message(event.message.get()), Shared);
            uses(Key::Deletion(event.message.get()), Exclusive);
            uses(Key::EditsOf(event.message), Shared);
            uses(Key::Account(event.author.get()), Shared);
        }
    }
}

fn graph(event: &GraphEvent, uses: &mut impl FnMut(Key, Access)) {
    let (from, to) = event.accounts();
    let (from, to) = (from.get(), to.get());
    uses(Key::Account(to), Shared);
    match event {
        GraphEvent::Followed(_) | GraphEvent::Unfollowed(_) => {
            uses(Key::Follow(from, to), Exclusive);
            uses(Key::Account(from), Shared);
        }
        GraphEvent::Muted(_) | GraphEvent::Unmuted(_) => {
            uses(Key::Mute(from, to), Exclusive);
            uses(Key::Account(from), Shared);
        }
        GraphEvent::Blocked(_) | GraphEvent::Unblocked(_) => uses(Key::Account(from), Exclusive),
    }
}

fn is_about_block(event: &Event) -> bool {
    matches!(event, Event::Graph(GraphEvent::Blocked(_) | GraphEvent::Unblocked(_)))
}

fn reaction(Reaction { kind, account, message, .. }: Reaction, uses: &mut impl FnMut(Key, Access)) {
    uses(Key::Reaction(kind, account.get(), message.get()), Exclusive);
    uses(Key::Account(account.get()), Shared);
    uses(Key::Message(message.get()), Shared);
}

/// Where the writer applies an event: the steps of `data_set::write::Changes`, one behind the other. Each step folds
/// all events of one key in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    NoRows,
    Registrations,
    Profiles,
    Posts,
    Edits,
    Deletions,
    Edges,
    ReadMarkers,
    Moderation,
    Reports,
    Resolutions,
}

impl Stage {
    fn of(event: &Event) -> Self {
        match event {
            Event::Account(AccountEvent::Registered(_)) => Self::Registrations,
            Event::Account(AccountEvent::ProfileChanged(_)) => Self::Profiles,
            Event::Message(MessageEvent::Posted(_)) => Self::Posts,
            Event::Message(MessageEvent::Edited(_)) => Self::Edits,
            Event::Message(MessageEvent::Deleted(_)) => Self::Deletions,
            Event::Graph(_) | Event::Reaction(_) => Self::Edges,
            Event::Inbox(InboxEvent::NotificationsRead(_)) => Self::ReadMarkers,
            Event::Moderation(_) => Self::Moderation,
            Event::Report(ReportEvent::Filed(_)) => Self::Reports,
            Event::Report(ReportEvent::Resolved(_)) => Self::Resolutions,
            // A deactivation is alone in its segment.
            Event::Account(AccountEvent::Deactivated(_))
            | Event::Handle(HandleEvent::Claimed(_) | HandleEvent::Released(_))
            | Event::Projection(ProjectionEvent::EventsDropped(_)) => Self::NoRows,
        }
    }

    fn bit(self) -> Kinds {
        1 << self as u8
    }
}

/// Events of one segment may use the same key if the writer applies the earlier one no later than the other one. So a
/// message, its edits, the replies to it and its deletion share a segment, in this order, and so do all events of an
/// edge. A reply behind the deletion of its parent does not: posts are written first and would still find the parent.
impl InSegment for KnownEvent {
    fn keys(&self, uses: &mut impl FnMut(Key, Access)) {
        each_key(self, &mut |key, access| {
            // Only these can be out of order: no event names a message before it is posted, and the events of the other
            // keys are all of one stage, or of a deactivation or a block.
            if matches!(key, Key::Deletion(_) | Key::Profile(_)) {
                uses(key, access);
            }
        });
    }

    fn kind(&self) -> Kinds {
        Stage::of(&self.event).bit()
    }

    fn excepted(&self) -> Kinds {
        let own = self.kind();
        own | (own - 1)
    }

    fn is_alone(&self) -> bool {
        matches!(self.event, Event::Account(AccountEvent::Deactivated(_))) || is_about_block(&self.event)
    }
}

#[cfg(test)]
mod tests;
