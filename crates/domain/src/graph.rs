//! Following, blocking and muting accounts, and taking that back.
//!
//! Invariants:
//! - Nobody does this to themselves.
//! - On whom it is done exists: it registered and was not given up. A block or mute of one that is gone can be taken back.
//! - Nobody follows an account that blocks them, or that they block.
//! - An edge that is known to be as it is wanted makes no event.

use crate::edge::{DesiredState, Edge};
use crate::{
    AccountId, Blocked, Followed, GraphEvent, Muted, OriginalTime, Rejection, Unblocked, Unfollowed, Unmuted,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeFollow {
    pub follower: AccountId,
    pub followee: AccountId,
    pub followee_exists: bool,
    /// One of the two blocks the other.
    pub is_blocked: bool,
    pub desired: DesiredState,
    pub edge: Edge,
    /// Of an imported change.
    pub original_time: Option<OriginalTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeBlock {
    pub blocker: AccountId,
    pub blocked: AccountId,
    pub blocked_exists: bool,
    pub desired: DesiredState,
    pub edge: Edge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeMute {
    pub muter: AccountId,
    pub muted: AccountId,
    pub muted_exists: bool,
    pub desired: DesiredState,
    pub edge: Edge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GraphRejection {
    #[error("an account cannot follow itself")]
    AccountMustNotFollowItself,
    #[error("an account cannot block itself")]
    AccountMustNotBlockItself,
    #[error("an account cannot mute itself")]
    AccountMustNotMuteItself,
    #[error("one of the two accounts blocks the other")]
    AccountMustNotBeBlocked,
    #[error("there is no such account, or it was given up")]
    AccountMustExist,
}

impl Rejection for GraphRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::AccountMustNotFollowItself => "AccountMustNotFollowItself",
            Self::AccountMustNotBlockItself => "AccountMustNotBlockItself",
            Self::AccountMustNotMuteItself => "AccountMustNotMuteItself",
            Self::AccountMustNotBeBlocked => "AccountMustNotBeBlocked",
            Self::AccountMustExist => "AccountMustExist",
        }
    }
}

pub fn change_follow(command: ChangeFollow) -> Result<Option<GraphEvent>, GraphRejection> {
    let ChangeFollow { follower, followee, followee_exists, is_blocked, desired, edge, original_time } =
        command;
    if follower == followee {
        return Err(GraphRejection::AccountMustNotFollowItself);
    }
    if !followee_exists {
        return Err(GraphRejection::AccountMustExist);
    }
    if is_blocked && desired == DesiredState::Set {
        return Err(GraphRejection::AccountMustNotBeBlocked);
    }
    if edge.is_as(desired) {
        return Ok(None);
    }
    let original_time = original_time.map(OriginalTime::get);
    Ok(Some(match desired {
        DesiredState::Set => GraphEvent::Followed(Followed { follower, followee, original_time }),
        DesiredState::Unset => GraphEvent::Unfollowed(Unfollowed { follower, followee, original_time }),
    }))
}

pub fn change_block(command: ChangeBlock) -> Result<Option<GraphEvent>, GraphRejection> {
    let ChangeBlock { blocker, blocked, blocked_exists, desired, edge } = command;
    if blocker == blocked {
        return Err(GraphRejection::AccountMustNotBlockItself);
    }
    if !blocked_exists && desired == DesiredState::Set {
        return Err(GraphRejection::AccountMustExist);
    }
    if edge.is_as(desired) {
        return Ok(None);
    }
    Ok(Some(match desired {
        DesiredState::Set => GraphEvent::Blocked(Blocked { blocker, blocked }),
        DesiredState::Unset => GraphEvent::Unblocked(Unblocked { blocker, blocked }),
    }))
}

pub fn change_mute(command: ChangeMute) -> Result<Option<GraphEvent>, GraphRejection> {
    let ChangeMute { muter, muted, muted_exists, desired, edge } = command;
    if muter == muted {
        return Err(GraphRejection::AccountMustNotMuteItself);
    }
    if !muted_exists && desired == DesiredState::Set {
        return Err(GraphRejection::AccountMustExist);
    }
    if edge.is_as(desired) {
        return Ok(None);
    }
    Ok(Some(match desired {
        DesiredState::Set => GraphEvent::Muted(Muted { muter, muted }),
        DesiredState::Unset => GraphEvent::Unmuted(Unmuted { muter, muted }),
    }))
}
