//! One subject per consistency boundary. There are O(accounts) of them: each costs about 300 bytes of broker memory.

use std::fmt;

use domain::{
    AccountEvent, AccountId, Event, GraphEvent, Handle, HandleEvent, InboxEvent, MessageEvent, ReactionEvent,
    Shard, Token,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    shard: Shard,
    boundary: Boundary,
}

/// What is kept consistent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// An account: registered, profile changed, deactivated.
    Account(AccountId),
    /// A handle: claimed, released.
    Handle(Handle),
    /// Messages of an account: posted, edited, deleted.
    Outbox(AccountId),
    /// Whom an account follows.
    Graph(AccountId),
    /// What an account liked and reposted.
    Reactions(AccountId),
    /// What an account has seen of its notifications.
    Inbox(AccountId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shard = self.shard.0;
        match &self.boundary {
            Boundary::Account(account) => write!(f, "ev.{shard}.account.{account}"),
            // A handle parsed by our rules encodes to itself; one of older rules could not break out either.
            Boundary::Handle(handle) => write!(f, "ev.{shard}.handle.{}", Token::encode(handle.as_str())),
            Boundary::Outbox(account) => write!(f, "ev.{shard}.outbox.{account}"),
            Boundary::Graph(account) => write!(f, "ev.{shard}.graph.{account}"),
            Boundary::Reactions(account) => write!(f, "ev.{shard}.reactions.{account}"),
            Boundary::Inbox(account) => write!(f, "ev.{shard}.inbox.{account}"),
        }
    }
}

impl Subject {
    pub fn new(shard: Shard, boundary: Boundary) -> Self {
        Self { shard, boundary }
    }

    /// Where an event belongs.
    pub fn of(shard: Shard, event: &Event) -> Self {
        let boundary = match event {
            Event::Account(AccountEvent::Registered(event)) => Boundary::Account(event.account),
            Event::Account(AccountEvent::ProfileChanged(event)) => Boundary::Account(event.account),
            Event::Account(AccountEvent::Deactivated(event)) => Boundary::Account(event.account),
            Event::Handle(HandleEvent::Claimed(event)) => Boundary::Handle(event.handle.clone()),
            Event::Handle(HandleEvent::Released(event)) => Boundary::Handle(event.handle.clone()),
            Event::Message(MessageEvent::Posted(event)) => Boundary::Outbox(event.author),
            Event::Message(MessageEvent::Edited(event)) => Boundary::Outbox(event.author),
            Event::Message(MessageEvent::Deleted(event)) => Boundary::Outbox(event.author),
            Event::Graph(GraphEvent::Followed(event)) => Boundary::Graph(event.follower),
            Event::Graph(GraphEvent::Unfollowed(event)) => Boundary::Graph(event.follower),
            Event::Reaction(ReactionEvent::Liked(event)) => Boundary::Reactions(event.account),
            Event::Reaction(ReactionEvent::Unliked(event)) => Boundary::Reactions(event.account),
            Event::Reaction(ReactionEvent::Reposted(event)) => Boundary::Reactions(event.account),
            Event::Reaction(ReactionEvent::Unreposted(event)) => Boundary::Reactions(event.account),
            Event::Inbox(InboxEvent::NotificationsRead(event)) => Boundary::Inbox(event.account),
        };
        Self { shard, boundary }
    }

    /// The pattern of all subjects of a shard.
    pub fn all_of(shard: Shard) -> String {
        format!("ev.{}.>", shard.0)
    }
}
