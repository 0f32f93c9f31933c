//! What accounts do to messages. Subject: the acting account's reactions. The last event on an edge wins.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::edge::DesiredState;
use crate::{AccountId, MessageId};

/// What an account may do to a message: each kind is an edge of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReactionKind {
    Like,
    Repost,
    /// Known to the account alone.
    Bookmark,
}

/// What all events on reactions say, in one shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reaction {
    pub kind: ReactionKind,
    pub account: AccountId,
    pub message: MessageId,
    pub desired: DesiredState,
    /// Of an imported change.
    pub original_time: Option<OffsetDateTime>,
}

/// Repeating it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Liked {
    pub account: AccountId,
    pub message: MessageId,
    /// When an imported like was given. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

/// A like was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unliked {
    pub account: AccountId,
    pub message: MessageId,
    /// When an imported like was taken back. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

/// Repeating it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reposted {
    pub account: AccountId,
    pub message: MessageId,
    /// When an imported repost was made. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

/// A repost was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unreposted {
    pub account: AccountId,
    pub message: MessageId,
    /// When an imported repost was taken back. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

/// Repeating it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bookmarked {
    pub account: AccountId,
    pub message: MessageId,
    /// When an imported bookmark was made. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

/// A bookmark was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unbookmarked {
    pub account: AccountId,
    pub message: MessageId,
    /// When an imported bookmark was taken back. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReactionEvent {
    Liked(Liked),
    Unliked(Unliked),
    Reposted(Reposted),
    Unreposted(Unreposted),
    Bookmarked(Bookmarked),
    Unbookmarked(Unbookmarked),
}

impl ReactionKind {
    pub const ALL: [Self; 3] = [Self::Like, Self::Repost, Self::Bookmark];

    /// The operation that sets or unsets the edge.
    pub fn verb(self, desired: DesiredState) -> &'static str {
        match (self, desired) {
            (Self::Like, DesiredState::Set) => "like",
            (Self::Like, DesiredState::Unset) => "unlike",
            (Self::Repost, DesiredState::Set) => "repost",
            (Self::Repost, DesiredState::Unset) => "unrepost",
            (Self::Bookmark, DesiredState::Set) => "bookmark",
            (Self::Bookmark, DesiredState::Unset) => "unbookmark",
        }
    }
}

impl From<Reaction> for ReactionEvent {
    fn from(reaction: Reaction) -> Self {
        let Reaction { kind, account, message, desired, original_time } = reaction;
        match (kind, desired) {
            (ReactionKind::Like, DesiredState::Set) => Self::Liked(Liked { account, message, original_time }),
            (ReactionKind::Like, DesiredState::Unset) => {
                Self::Unliked(Unliked { account, message, original_time })
            }
            (ReactionKind::Repost, DesiredState::Set) => {
                Self::Reposted(Reposted { account, message, original_time })
            }
            (ReactionKind::Repost, DesiredState::Unset) => {
                Self::Unreposted(Unreposted { account, message, original_time })
            }
            (ReactionKind::Bookmark, DesiredState::Set) => {
                Self::Bookmarked(Bookmarked { account, message, original_time })
            }
            (ReactionKind::Bookmark, DesiredState::Unset) => {
                Self::Unbookmarked(Unbookmarked { account, message, original_time })
            }
        }
    }
}

impl ReactionEvent {
    pub fn reaction(&self) -> Reaction {
        use DesiredState::{Set, Unset};
        use ReactionKind::{Bookmark, Like, Repost};
        let (kind, desired, account, message, original_time) = match self {
            Self::Liked(it) => (Like, Set, it.account, it.message, it.original_time),
            Self::Unliked(it) => (Like, Unset, it.account, it.message, it.original_time),
            Self::Reposted(it) => (Repost, Set, it.account, it.message, it.original_time),
            Self::Unreposted(it) => (Repost, Unset, it.account, it.message, it.original_time),
            Self::Bookmarked(it) => (Bookmark, Set, it.account, it.message, it.original_time),
            Self::Unbookmarked(it) => (Bookmark, Unset, it.account, it.message, it.original_time),
        };
        Reaction { kind, account, message, desired, original_time }
    }
}

impl DomainEvent for ReactionEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Liked(_) => "rookery.message.liked".to_owned(),
            Self::Unliked(_) => "rookery.message.unliked".to_owned(),
            Self::Reposted(_) => "rookery.message.reposted".to_owned(),
            Self::Unreposted(_) => "rookery.message.unreposted".to_owned(),
            Self::Bookmarked(_) => "rookery.message.bookmarked".to_owned(),
            Self::Unbookmarked(_) => "rookery.message.unbookmarked".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
