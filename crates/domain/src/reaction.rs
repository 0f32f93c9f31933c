//! Reacting to messages, and taking that back.
//!
//! Invariants:
//! - The message is in the log, and not known to be deleted.
//! - Nobody reacts to a message of an account that blocks them, or that they block.
//! - An edge that is known to be as it is wanted makes no event.

use crate::edge::{DesiredState, Edge};
use crate::{AccountId, MessageId, OriginalTime, Reaction, ReactionEvent, ReactionKind, Rejection};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeReaction {
    pub kind: ReactionKind,
    pub account: AccountId,
    pub message: MessageId,
    pub message_exists: bool,
    /// The account and the message's author: one of the two blocks the other.
    pub is_blocked: bool,
    pub desired: DesiredState,
    pub edge: Edge,
    /// Of an imported reaction.
    pub original_time: Option<OriginalTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReactionRejection {
    #[error("there is no such message, or it was deleted")]
    MessageMustExist,
    #[error("one of the two accounts blocks the other")]
    AccountMustNotBeBlocked,
}

impl Rejection for ReactionRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::MessageMustExist => "MessageMustExist",
            Self::AccountMustNotBeBlocked => "AccountMustNotBeBlocked",
        }
    }
}

pub fn change_reaction(command: ChangeReaction) -> Result<Option<ReactionEvent>, ReactionRejection> {
    let ChangeReaction { kind, account, message, message_exists, is_blocked, desired, edge, original_time } =
        command;
    if !message_exists {
        return Err(ReactionRejection::MessageMustExist);
    }
    if is_blocked && desired == DesiredState::Set {
        return Err(ReactionRejection::AccountMustNotBeBlocked);
    }
    if edge.is_as(desired) {
        return Ok(None);
    }
    let original_time = original_time.map(OriginalTime::get);
    Ok(Some(Reaction { kind, account, message, desired, original_time }.into()))
}

/// What an event says about an edge; `None` for another edge's event.
pub fn edge_after(event: &ReactionEvent, kind: ReactionKind, message: MessageId) -> Option<Edge> {
    let last = event.reaction();
    (last.kind == kind && last.message == message).then(|| Edge::of(last.desired == DesiredState::Set))
}
