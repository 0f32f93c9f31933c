//! What accounts do to messages. Subject: the acting account's reactions. The last event on an edge wins.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{AccountId, MessageId};

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
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReactionEvent {
    Liked(Liked),
    Unliked(Unliked),
    Reposted(Reposted),
    Unreposted(Unreposted),
}

impl DomainEvent for ReactionEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Liked(_) => "rookery.message.liked".to_owned(),
            Self::Unliked(_) => "rookery.message.unliked".to_owned(),
            Self::Reposted(_) => "rookery.message.reposted".to_owned(),
            Self::Unreposted(_) => "rookery.message.unreposted".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
