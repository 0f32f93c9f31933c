//! Following and unfollowing.
//!
//! Invariants:
//! - Nobody follows themselves.
//! - Who is followed exists: it registered and was not given up.
//! - An edge that is known to be as it is wanted makes no event.

use crate::edge::{DesiredState, Edge};
use crate::{AccountId, Followed, GraphEvent, OriginalTime, Rejection, Unfollowed};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeFollow {
    pub follower: AccountId,
    pub followee: AccountId,
    pub followee_exists: bool,
    pub desired: DesiredState,
    pub edge: Edge,
    /// Of an imported follow.
    pub original_time: Option<OriginalTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GraphRejection {
    #[error("an account cannot follow itself")]
    AccountMustNotFollowItself,
    #[error("there is no such account, or it was given up")]
    AccountMustExist,
}

impl Rejection for GraphRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::AccountMustNotFollowItself => "AccountMustNotFollowItself",
            Self::AccountMustExist => "AccountMustExist",
        }
    }
}

pub fn change_follow(command: ChangeFollow) -> Result<Option<GraphEvent>, GraphRejection> {
    let ChangeFollow { follower, followee, followee_exists, desired, edge, original_time } = command;
    if follower == followee {
        return Err(GraphRejection::AccountMustNotFollowItself);
    }
    if !followee_exists {
        return Err(GraphRejection::AccountMustExist);
    }
    if edge.is_as(desired) {
        return Ok(None);
    }
    Ok(Some(match desired {
        DesiredState::Set => {
            let original_time = original_time.map(OriginalTime::get);
            GraphEvent::Followed(Followed { follower, followee, original_time })
        }
        DesiredState::Unset => GraphEvent::Unfollowed(Unfollowed { follower, followee }),
    }))
}
