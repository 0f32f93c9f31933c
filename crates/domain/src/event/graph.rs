//! Who follows whom. Subject: the follower's graph. The last event on an edge wins.

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
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GraphEvent {
    Followed(Followed),
    Unfollowed(Unfollowed),
}

impl DomainEvent for GraphEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Followed(_) => "rookery.account.followed".to_owned(),
            Self::Unfollowed(_) => "rookery.account.unfollowed".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
