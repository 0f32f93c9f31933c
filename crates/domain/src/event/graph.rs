//! Who follows, mutes and blocks whom. Subject: the acting account's graph, and of blocks the blocker's own. The last
//! event on an edge wins.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::AccountId;

/// An account follows another one. Repeating it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Followed {
    pub follower: AccountId,
    pub followee: AccountId,
    /// When an imported follow began. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

/// An account follows another one no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unfollowed {
    pub follower: AccountId,
    pub followee: AccountId,
    /// When an imported follow ended. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

/// An account wants nothing to do with another one. That ends their follows in both directions, and until it is taken
/// back neither of them can follow the other, or react to, answer or notify the other. Repeating it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Blocked {
    pub blocker: AccountId,
    pub blocked: AccountId,
}

/// A block was taken back. What it ended stays ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unblocked {
    pub blocker: AccountId,
    pub blocked: AccountId,
}

/// An account does not want to see another one in its timeline and notifications. Repeating it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Muted {
    pub muter: AccountId,
    pub muted: AccountId,
}

/// A mute was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unmuted {
    pub muter: AccountId,
    pub muted: AccountId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GraphEvent {
    Followed(Followed),
    Unfollowed(Unfollowed),
    Blocked(Blocked),
    Unblocked(Unblocked),
    Muted(Muted),
    Unmuted(Unmuted),
}

impl GraphEvent {
    /// Who acts, and on whom.
    pub fn accounts(&self) -> (AccountId, AccountId) {
        match self {
            Self::Followed(event) => (event.follower, event.followee),
            Self::Unfollowed(event) => (event.follower, event.followee),
            Self::Blocked(event) => (event.blocker, event.blocked),
            Self::Unblocked(event) => (event.blocker, event.blocked),
            Self::Muted(event) => (event.muter, event.muted),
            Self::Unmuted(event) => (event.muter, event.muted),
        }
    }
}

impl DomainEvent for GraphEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Followed(_) => "rookery.account.followed".to_owned(),
            Self::Unfollowed(_) => "rookery.account.unfollowed".to_owned(),
            Self::Blocked(_) => "rookery.account.blocked".to_owned(),
            Self::Unblocked(_) => "rookery.account.unblocked".to_owned(),
            Self::Muted(_) => "rookery.account.muted".to_owned(),
            Self::Unmuted(_) => "rookery.account.unmuted".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
