//! What an event means to feeds.

use data_set::write::{BlockKey, EntryRow, FollowKey, FollowRow, RepostKey};
use domain::edge::DesiredState;
use domain::{
    AccountEvent, Event, GraphEvent, HandleEvent, InboxEvent, MessageEvent, Position, ProjectionEvent,
    Reaction, ReactionKind,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Posted(EntryRow),
    Reposted(EntryRow),
    Unreposted(RepostKey),
    /// The message with this id, and every repost of it.
    Deleted(i64),
    Followed(FollowRow),
    Unfollowed(FollowKey),
    Blocked(BlockKey),
    Unblocked(BlockKey),
    Deactivated(i64),
}

/// `None` where it can change no rows. That holds for an event about a message of the future, too: the
/// message was not there, but within a segment it would be, because posts are written first.
pub(super) fn of(position: Position, event: &Event) -> Option<Change> {
    let position = position.get();
    match event {
        Event::Message(event) => of_message(position, event),
        Event::Reaction(event) => of_reaction(position, event.reaction()),
        Event::Graph(GraphEvent::Followed(event)) => {
            let (follower, followee) = (event.follower.get(), event.followee.get());
            // The domain refuses it; everybody sees their own entries anyway.
            (follower != followee).then_some(Change::Followed(FollowRow { follower, followee, position }))
        }
        Event::Graph(GraphEvent::Unfollowed(event)) => Some(Change::Unfollowed(FollowKey {
            follower: event.follower.get(),
            followee: event.followee.get(),
        })),
        Event::Graph(GraphEvent::Blocked(event)) => Some(Change::Blocked(BlockKey {
            blocker: event.blocker.get(),
            blocked: event.blocked.get(),
        })),
        Event::Graph(GraphEvent::Unblocked(event)) => Some(Change::Unblocked(BlockKey {
            blocker: event.blocker.get(),
            blocked: event.blocked.get(),
        })),
        Event::Account(AccountEvent::Deactivated(event)) => Some(Change::Deactivated(event.account.get())),
        Event::Account(AccountEvent::Registered(_) | AccountEvent::ProfileChanged(_))
        | Event::Handle(HandleEvent::Claimed(_) | HandleEvent::Released(_))
        // Feeds hold all the same; who reads them does not see it.
        | Event::Graph(GraphEvent::Muted(_) | GraphEvent::Unmuted(_))
        | Event::Inbox(InboxEvent::NotificationsRead(_))
        | Event::Projection(ProjectionEvent::EventsDropped(_)) => None,
    }
}

fn of_message(position: i64, event: &MessageEvent) -> Option<Change> {
    match event {
        MessageEvent::Posted(event) => {
            Some(Change::Posted(EntryRow { author: event.author.get(), position, message: position }))
        }
        MessageEvent::Deleted(event) => {
            let message = event.message.get();
            (message < position).then_some(Change::Deleted(message))
        }
        MessageEvent::Edited(_) => None,
    }
}

fn of_reaction(position: i64, reaction: Reaction) -> Option<Change> {
    let (author, message) = (reaction.account.get(), reaction.message.get());
    if message >= position {
        return None;
    }
    match (reaction.kind, reaction.desired) {
        (ReactionKind::Repost, DesiredState::Set) => {
            Some(Change::Reposted(EntryRow { author, position, message }))
        }
        (ReactionKind::Repost, DesiredState::Unset) => {
            Some(Change::Unreposted(RepostKey { author, message }))
        }
        (ReactionKind::Like | ReactionKind::Bookmark, _) => None,
    }
}
