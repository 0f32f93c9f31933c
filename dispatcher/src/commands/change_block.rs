//! Blocking an account and taking that back. The consistency boundary is all that the blocker says about blocks: each
//! event holds the index to the others.

use domain::AccountId;
use domain::edge::{DesiredState, Edge};
use domain::graph::{self, GraphRejection};
use event_store::Expected;

use crate::decision::{Change, Command, Decision, Done, ExecuteError, KeyedLock, Placed};
use crate::stores::Stores;

use super::done;

#[derive(Debug, Clone, Copy)]
pub struct ChangeBlock {
    pub blocker: AccountId,
    pub blocked: AccountId,
    pub desired: DesiredState,
}

impl Command for ChangeBlock {
    type Rejection = GraphRejection;
    type Outcome = Done;

    fn operation(&self) -> &'static str {
        match self.desired {
            DesiredState::Set => "block",
            DesiredState::Unset => "unblock",
        }
    }

    fn keyed_lock(&self) -> Option<KeyedLock> {
        Some(KeyedLock::of(&("blocks", self.blocker)))
    }

    async fn decide(&self, stores: &Stores) -> Result<Decision<Done>, ExecuteError<GraphRejection>> {
        let Self { blocker, blocked, desired } = *self;
        let existing = stores.accounts.existing(blocked).await.map_err(ExecuteError::Read)?;
        let found = stores.blocks.load(blocker, blocked).await.map_err(ExecuteError::Read)?;
        let edge = Edge::of(found.last.is_some_and(|(_, is_blocked)| is_blocked));
        let blocked_exists = existing.is_some();
        let command = graph::ChangeBlock { blocker, blocked, blocked_exists, desired, edge };
        let last = found.last.map(|(at, _)| at).unwrap_or_default();
        Ok(match graph::change_block(command).map_err(ExecuteError::Rejected)? {
            Some(event) => Decision::Append(vec![Change {
                edit_index: Some(found.index),
                ..Change::new(event, Expected::Last(found.through)).seen(last)
            }]),
            None => Decision::Unchanged(Done { position: stores.position(last) }),
        })
    }

    fn outcome(&self, own: &[Placed]) -> Option<Done> {
        done(own)
    }

    async fn before_ack(&self, stores: &Stores) {
        stores.blocks.note_blocked(self.blocker);
    }
}
