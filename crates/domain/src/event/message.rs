//! What happens to messages. Subject of a posting: the author's outbox; of the rest: the message's bucket of edits.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{AccountId, MessageId, Tags, Text};

/// A message was written. Its id is the position of this event, so the event does not hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessagePosted {
    pub author: AccountId,
    pub text: Text,
    pub tags: Tags,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<MessageId>,
    /// When an imported message was written. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

/// A message got a new edition, which is held whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageEdited {
    pub message: MessageId,
    pub author: AccountId,
    /// 2 for the first edit.
    pub edition: u32,
    pub text: Text,
    pub tags: Tags,
    /// When an imported edit was made. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

/// A message was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageDeleted {
    pub message: MessageId,
    pub author: AccountId,
    /// The author, or the admin who did it.
    pub deleted_by: AccountId,
    /// When an imported deletion was made. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageEvent {
    Posted(MessagePosted),
    Edited(MessageEdited),
    Deleted(MessageDeleted),
}

impl DomainEvent for MessageEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Posted(_) => "rookery.message.posted".to_owned(),
            Self::Edited(_) => "rookery.message.edited".to_owned(),
            Self::Deleted(_) => "rookery.message.deleted".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
