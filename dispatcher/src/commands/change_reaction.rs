//! Reacting to messages, and taking that back. The last write per edge wins, so nothing is expected of the subject.

use domain::edge::{DesiredState, Edge};
use domain::reaction::{self, ReactionRejection};
use domain::{AccountId, MessageId, OriginalTime, Position, ReactionKind};
use event_store::ReadError;

use crate::decision::{Command, Decision, Done, ExecuteError, Placed};
use crate::stores::Stores;

use super::{blind, done};

#[derive(Debug, Clone, Copy)]
pub struct ChangeReaction {
    pub kind: ReactionKind,
    pub account: AccountId,
    pub message: MessageId,
    pub desired: DesiredState,
    /// Of an imported change.
    pub original_time: Option<OriginalTime>,
}

impl Command for ChangeReaction {
    type Rejection = ReactionRejection;
    type Outcome = Done;

    fn operation(&self) -> &'static str {
        self.kind.verb(self.desired)
    }

    /// An import is the operator's command.
    fn acts_for(&self) -> Option<AccountId> {
        Some(self.account)
    }

    async fn decide(&self, stores: &Stores) -> Result<Decision<Done>, ExecuteError<ReactionRejection>> {
        let Self { kind, account, message, desired, original_time } = *self;
        let author = stores.author_of_standing(message).await.map_err(ExecuteError::Read)?;
        let message_exists = author.is_some();
        let (mut edge, seen_at) = if message_exists && original_time.is_none() {
            self.edge(stores).await.map_err(ExecuteError::Read)?
        } else {
            // An import does not ask; see `ChangeFollow`.
            (Edge::Unknown, None)
        };
        let mut is_blocked = false;
        if let Some(author) = author.filter(|_| desired == DesiredState::Set) {
            let found = stores.blocks.before_edge((account, author), edge, seen_at).await;
            (is_blocked, edge) = found.map_err(ExecuteError::Read)?;
        }
        let command = reaction::ChangeReaction {
            kind,
            account,
            message,
            message_exists,
            is_blocked,
            desired,
            edge,
            original_time,
        };
        let event = reaction::change_reaction(command).map_err(ExecuteError::Rejected)?;
        Ok(blind(event, seen_at.unwrap_or(message.position())))
    }

    fn outcome(&self, own: &[Placed]) -> Option<Done> {
        done(own)
    }
}

impl ChangeReaction {
    /// What the account's last event tells, and where it stands; see `ChangeFollow`.
    async fn edge(&self, stores: &Stores) -> Result<(Edge, Option<Position>), ReadError> {
        let last = stores.last_reaction(self.account).await?;
        Ok(match last.event {
            Some((event, at)) => {
                (reaction::edge_after(&event, self.kind, self.message).unwrap_or(Edge::Unknown), Some(at))
            }
            None if last.through.get() == 0 => (Edge::Unset, None),
            None => (Edge::Unknown, None),
        })
    }
}
