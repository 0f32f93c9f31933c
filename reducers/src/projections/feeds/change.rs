//! What an event means to feeds.

use data_set::write::{EntryRow, FollowKey, FollowRow, RepostKey};
use domain::{AccountEvent, Event, GraphEvent, MessageEvent, Position, ReactionEvent};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Posted(EntryRow),
    Reposted(EntryRow),
    Unreposted(RepostKey),
    /// The message with this id, and every repost of it.
    Deleted(i64),
    Followed(FollowRow),
    Unfollowed(FollowKey),
    Deactivated(i64),
}

/// `None` where it means nothing, whatever the rows are: to a message of the future, too, which was not there. Within a run
/// it would be, for posts go first.
pub(super) fn of(position: Position, event: &Event) -> Option<Change> {
    let position = position.get();
    match event {
        Event::Message(MessageEvent::Posted(event)) => {
            Some(Change::Posted(EntryRow { author: event.author.get(), position, message: position }))
        }
        Event::Message(MessageEvent::Deleted(event)) => {
            let message = event.message.get();
            (message < position).then_some(Change::Deleted(message))
        }
        Event::Reaction(ReactionEvent::Reposted(event)) => {
            let (author, message) = (event.account.get(), event.message.get());
            (message < position).then_some(Change::Reposted(EntryRow { author, position, message }))
        }
        Event::Reaction(ReactionEvent::Unreposted(event)) => {
            let (author, message) = (event.account.get(), event.message.get());
            (message < position).then_some(Change::Unreposted(RepostKey { author, message }))
        }
        Event::Graph(GraphEvent::Followed(event)) => {
            let (follower, followee) = (event.follower.get(), event.followee.get());
            // The domain refuses it; everybody sees their own entries anyway.
            (follower != followee).then_some(Change::Followed(FollowRow { follower, followee, position }))
        }
        Event::Graph(GraphEvent::Unfollowed(event)) => Some(Change::Unfollowed(FollowKey {
            follower: event.follower.get(),
            followee: event.followee.get(),
        })),
        Event::Account(AccountEvent::Deactivated(event)) => Some(Change::Deactivated(event.account.get())),
        Event::Account(_)
        | Event::Message(_)
        | Event::Reaction(_)
        | Event::Handle(_)
        | Event::Inbox(_)
        | Event::Projection(_) => None,
    }
}
