//! Acting on an account, and giving and taking roles. The consistency boundary is what was decided about the account.

use domain::moderation::{self, ModerationRejection, Moderator};
use domain::{AccountId, ModerationAction, Note, Reason, Role, edge::DesiredState};
use event_store::Expected;
use fail_points::planted;

use crate::decision::{Change, Command, Decision, Done, ExecuteError, KeyedLock, Placed};
use crate::stores::Stores;

use super::done;

#[derive(Debug, Clone)]
pub struct Moderate {
    pub account: AccountId,
    pub what: Measure,
    pub note: Option<Note>,
    pub by: Moderator,
}

#[derive(Debug, Clone, Copy)]
pub enum Measure {
    Action(ModerationAction, Reason),
    Role(Role, DesiredState),
}

impl Command for Moderate {
    type Rejection = ModerationRejection;
    type Outcome = Done;

    fn operation(&self) -> &'static str {
        match self.what {
            Measure::Action(action, _) => action.word(),
            Measure::Role(_, DesiredState::Set) => "grant",
            Measure::Role(_, DesiredState::Unset) => "revoke",
        }
    }

    fn keyed_lock(&self) -> Option<KeyedLock> {
        Some(KeyedLock::of(&("moderation", self.account)))
    }

    async fn decide(&self, stores: &Stores) -> Result<Decision<Done>, ExecuteError<ModerationRejection>> {
        let Self { account, what, note, by } = self.clone();
        let (known, seen) = tokio::try_join!(stores.accounts.load(account), stores.moderation.load(account))
            .map_err(ExecuteError::Read)?;
        let account_exists = known.state.profile().is_ok();
        let decided = match what {
            Measure::Action(action, reason) => {
                let command = moderation::Moderate { account, account_exists, action, reason, note, by };
                seen.state.moderate(command)
            }
            Measure::Role(role, desired) => {
                let command = moderation::ChangeRole { account, account_exists, role, desired, note, by };
                seen.state.change_role(command)
            }
        };
        Ok(match decided.map_err(ExecuteError::Rejected)? {
            Some(event) => Decision::Append(vec![Change::new(event, Expected::Last(seen.through))]),
            None => Decision::Unchanged(Done { position: stores.position(seen.through) }),
        })
    }

    fn outcome(&self, own: &[Placed]) -> Option<Done> {
        done(own)
    }

    async fn before_ack(&self, stores: &Stores) {
        if !planted("suspension-unnoticed") {
            stores.accounts.forget(self.account);
        }
    }
}
