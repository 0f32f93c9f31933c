//! What an account has seen of its notifications. Subject: its inbox.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{AccountId, Position};

/// Everything up to a position was read. The furthest one counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotificationsRead {
    pub account: AccountId,
    pub until: Position,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum InboxEvent {
    NotificationsRead(NotificationsRead),
}

impl DomainEvent for InboxEvent {
    fn event_type(&self) -> String {
        match self {
            Self::NotificationsRead(_) => "rookery.notifications.read".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
