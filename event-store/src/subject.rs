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
        write!(f, "ev.{}.{}.", self.shard.0, self.boundary.kind())?;
        match &self.boundary {
            // A handle parsed by our rules encodes to itself; one of older rules could not break out either.
            Boundary::Handle(handle) => write!(f, "{}", Token::encode(handle.as_str())),
            Boundary::Account(account)
            | Boundary::Outbox(account)
            | Boundary::Graph(account)
            | Boundary::Reactions(account)
            | Boundary::Inbox(account) => write!(f, "{account}"),
        }
    }
}

impl Boundary {
    /// The third part of a subject.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Handle(_) => "handle",
            Self::Outbox(_) => "outbox",
            Self::Graph(_) => "graph",
            Self::Reactions(_) => "reactions",
            Self::Inbox(_) => "inbox",
        }
    }
}

impl Subject {
    pub fn new(shard: Shard, boundary: Boundary) -> Self {
        Self { shard, boundary }
    }

    pub fn boundary(&self) -> &Boundary {
        &self.boundary
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
