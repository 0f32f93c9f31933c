//! Giving an account up for good. Its handle stays claimed.

use domain::account::{AccountCommand, AccountRejection, Deactivate};
use domain::{AccountId, OriginalTime};
use event_store::Expected;

use crate::decision::{Change, Command, Decision, Done, ExecuteError, KeyedLock, Placed};
use crate::stores::Stores;

use super::{ask, done};

#[derive(Debug, Clone, Copy)]
pub struct DeactivateAccount {
    pub account: AccountId,
    /// Of an imported account.
    pub original_time: Option<OriginalTime>,
}

impl Command for DeactivateAccount {
    type Rejection = AccountRejection;
    type Outcome = Done;

    fn operation(&self) -> &'static str {
        "deactivate"
    }

    fn keyed_lock(&self) -> Option<KeyedLock> {
        Some(KeyedLock::of(&self.account))
    }

    fn takes_back(&self) -> bool {
        true
    }

    async fn decide(&self, stores: &Stores) -> Result<Decision<Done>, ExecuteError<AccountRejection>> {
        let seen = stores.accounts.load(self.account).await.map_err(ExecuteError::Read)?;
        let command = AccountCommand::Deactivate(Deactivate {
            account: self.account,
            original_time: self.original_time,
        });
        let events = ask(seen.state, command).await?;
        let expected = Expected::Last(seen.through);
        let changes = events.into_iter().map(|event| Change::new(event, expected));
        Ok(Decision::Append(changes.collect()))
    }

    fn outcome(&self, own: &[Placed]) -> Option<Done> {
        done(own)
    }

    async fn appended(&self, stores: &Stores) {
        stores.accounts.note_deactivated(self.account).await;
    }
}
