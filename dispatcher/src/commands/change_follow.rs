//! Following and unfollowing. The last write per edge wins, so nothing is expected of the subject.

use domain::edge::{DesiredState, Edge};
use domain::graph::{self, GraphRejection};
use domain::{AccountId, Followed, GraphEvent, OriginalTime, Position, Unfollowed};
use event_store::ReadError;

use crate::decision::{Command, Decision, Done, ExecuteError, Placed};
use crate::stores::Stores;

use super::{blind, done};

#[derive(Debug, Clone, Copy)]
pub struct ChangeFollow {
    pub follower: AccountId,
    pub followee: AccountId,
    pub desired: DesiredState,
    /// Of an imported change.
    pub original_time: Option<OriginalTime>,
}

impl Command for ChangeFollow {
    type Rejection = GraphRejection;
    type Outcome = Done;

    fn operation(&self) -> &'static str {
        match self.desired {
            DesiredState::Set => "follow",
            DesiredState::Unset => "unfollow",
        }
    }

    /// An import is the operator's command.
    fn acts_for(&self) -> Option<AccountId> {
        Some(self.follower)
    }

    async fn decide(&self, stores: &Stores) -> Result<Decision<Done>, ExecuteError<GraphRejection>> {
        let Self { follower, followee, desired, original_time } = *self;
        let existing = stores.accounts.existing(followee).await.map_err(ExecuteError::Read)?;
        let (mut edge, seen_at) = self.edge(stores).await.map_err(ExecuteError::Read)?;
        let mut is_blocked = false;
        if desired == DesiredState::Set {
            let found = stores.blocks.before_edge((follower, followee), edge, seen_at).await;
            (is_blocked, edge) = found.map_err(ExecuteError::Read)?;
        }
        let followee_exists = existing.is_some();
        let command = graph::ChangeFollow {
            follower,
            followee,
            followee_exists,
            is_blocked,
            desired,
            edge,
            original_time,
        };
        let event = graph::change_follow(command).map_err(ExecuteError::Rejected)?;
        Ok(blind(event, seen_at.or(existing).unwrap_or_default()))
    }

    fn outcome(&self, own: &[Placed]) -> Option<Done> {
        done(own)
    }
}

impl ChangeFollow {
    /// What the follower's last event tells, and where it stands. A repetition mostly follows at once;
    /// earlier edges are not worth a search, because a second event on an edge changes nothing. An import does not ask:
    /// what it did shall be in the log, under its key.
    async fn edge(&self, stores: &Stores) -> Result<(Edge, Option<Position>), ReadError> {
        if self.original_time.is_some() {
            return Ok((Edge::Unknown, None));
        }
        let last = stores.last_in_graph(self.follower).await?;
        Ok(match last.event {
            Some((GraphEvent::Followed(Followed { followee, .. }), at)) if followee == self.followee => {
                (Edge::Set, Some(at))
            }
            Some((GraphEvent::Unfollowed(Unfollowed { followee, .. }), at)) if followee == self.followee => {
                (Edge::Unset, Some(at))
            }
            Some((_, at)) => (Edge::Unknown, Some(at)),
            None if last.through.get() == 0 => (Edge::Unset, None),
            None => (Edge::Unknown, None),
        })
    }
}
