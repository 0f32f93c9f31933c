//! Liking and reposting, and taking that back.
//!
//! Invariants:
//! - The message is in the log, and not known to be deleted.
//! - An edge that is known to be as it is wanted makes no event.

use crate::edge::{DesiredState, Edge};
use crate::{
    AccountId, Liked, MessageId, OriginalTime, ReactionEvent, Rejection, Reposted, Unliked, Unreposted,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReactionKind {
    Like,
    Repost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeReaction {
    pub kind: ReactionKind,
    pub account: AccountId,
    pub message: MessageId,
    pub message_exists: bool,
    pub desired: DesiredState,
    pub edge: Edge,
    /// Of an imported like or repost.
    pub original_time: Option<OriginalTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReactionRejection {
    #[error("there is no such message, or it was deleted")]
    MessageMustExist,
}

impl Rejection for ReactionRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::MessageMustExist => "MessageMustExist",
        }
    }
}

pub fn change_reaction(command: ChangeReaction) -> Result<Option<ReactionEvent>, ReactionRejection> {
    let ChangeReaction { kind, account, message, message_exists, desired, edge, original_time } = command;
    if !message_exists {
        return Err(ReactionRejection::MessageMustExist);
    }
    if edge.is_as(desired) {
        return Ok(None);
    }
    let original_time = original_time.map(OriginalTime::get);
    Ok(Some(match (kind, desired) {
        (ReactionKind::Like, DesiredState::Set) => {
            ReactionEvent::Liked(Liked { account, message, original_time })
        }
        (ReactionKind::Like, DesiredState::Unset) => ReactionEvent::Unliked(Unliked { account, message }),
        (ReactionKind::Repost, DesiredState::Set) => {
            ReactionEvent::Reposted(Reposted { account, message, original_time })
        }
        (ReactionKind::Repost, DesiredState::Unset) => {
            ReactionEvent::Unreposted(Unreposted { account, message })
        }
    }))
}

impl ReactionKind {
    /// What an event says about the edge to a message; `None` for another edge's event.
    pub fn edge_after(self, event: &ReactionEvent, message: MessageId) -> Option<Edge> {
        let (kind, of, is_set) = match event {
            ReactionEvent::Liked(event) => (Self::Like, event.message, true),
            ReactionEvent::Unliked(event) => (Self::Like, event.message, false),
            ReactionEvent::Reposted(event) => (Self::Repost, event.message, true),
            ReactionEvent::Unreposted(event) => (Self::Repost, event.message, false),
        };
        (kind == self && of == message).then(|| Edge::of(is_set))
    }
}
