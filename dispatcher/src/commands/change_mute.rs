//! Muting an account and taking that back. The last write per edge wins, so nothing is expected of the subject.

use domain::edge::{DesiredState, Edge};
use domain::graph::{self, GraphRejection};
use domain::{AccountId, GraphEvent, Position};
use event_store::ReadError;

use crate::decision::{Command, Decision, Done, ExecuteError, Placed};
use crate::stores::Stores;

use super::{blind, done};

#[derive(Debug, Clone, Copy)]
pub struct ChangeMute {
    pub muter: AccountId,
    pub muted: AccountId,
    pub desired: DesiredState,
}

impl Command for ChangeMute {
    type Rejection = GraphRejection;
    type Outcome = Done;

    fn operation(&self) -> &'static str {
        match self.desired {
            DesiredState::Set => "mute",
            DesiredState::Unset => "unmute",
        }
    }

    async fn decide(&self, stores: &Stores) -> Result<Decision<Done>, ExecuteError<GraphRejection>> {
        let Self { muter, muted, desired } = *self;
        let existing = stores.accounts.existing(muted).await.map_err(ExecuteError::Read)?;
        let (edge, seen_at) = self.edge(stores).await.map_err(ExecuteError::Read)?;
        let command = graph::ChangeMute { muter, muted, muted_exists: existing.is_some(), desired, edge };
        let event = graph::change_mute(command).map_err(ExecuteError::Rejected)?;
        Ok(blind(event, seen_at.or(existing).unwrap_or_default()))
    }

    fn outcome(&self, own: &[Placed]) -> Option<Done> {
        done(own)
    }
}

impl ChangeMute {
    /// What the account's last event tells, and where it stands; see `ChangeFollow`.
    async fn edge(&self, stores: &Stores) -> Result<(Edge, Option<Position>), ReadError> {
        let last = stores.last_in_graph(self.muter).await?;
        Ok(match last.event {
            Some((GraphEvent::Muted(event), at)) if event.muted == self.muted => (Edge::Set, Some(at)),
            Some((GraphEvent::Unmuted(event), at)) if event.muted == self.muted => (Edge::Unset, Some(at)),
            Some((_, at)) => (Edge::Unknown, Some(at)),
            None if last.through.get() == 0 => (Edge::Unset, None),
            None => (Edge::Unknown, None),
        })
    }
}
