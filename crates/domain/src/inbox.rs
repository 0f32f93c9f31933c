//! What an account has seen of its notifications.
//!
//! Invariants:
//! - Only what the log holds was seen: a read marker beyond its end would hide notifications that are yet to come.
//! - The read marker never goes back; setting it where it is, or before, makes no event.

use crate::{AccountId, InboxEvent, NotificationsRead, Position, Rejection};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadNotifications {
    pub account: AccountId,
    pub until: Position,
    /// The read marker so far, where there is one.
    pub before: Option<Position>,
    /// Position of the newest event in the log.
    pub head: Position,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InboxRejection {
    #[error("the log has not reached this position")]
    PositionMustBeReached,
}

impl Rejection for InboxRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::PositionMustBeReached => "PositionMustBeReached",
        }
    }
}

pub fn read_notifications(command: ReadNotifications) -> Result<Option<InboxEvent>, InboxRejection> {
    let ReadNotifications { account, until, before, head } = command;
    if until.shard() != head.shard() || until > head {
        return Err(InboxRejection::PositionMustBeReached);
    }
    if before.is_some_and(|before| before >= until) {
        return Ok(None);
    }
    Ok(Some(InboxEvent::NotificationsRead(NotificationsRead { account, until })))
}
