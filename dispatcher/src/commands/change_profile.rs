//! Changing a profile. A new handle is claimed, and the old one released, in the same append.

use domain::account::handle_events;
use domain::account::{self, AccountCommand, AccountRejection, WantedHandle};
use domain::{
    AccountEvent, AccountId, Bio, DisplayName, Event, Handle, HandleClaimed, HandleEvent, HandleReleased,
    Sequence,
};
use event_store::Expected;

use crate::decision::{AccountOutcome, Change, Command, Decision, ExecuteError, KeyedLock, Placed};
use crate::stores::Stores;

use super::ask;

/// What is absent stays as it was.
#[derive(Debug, Clone)]
pub struct ChangeProfile {
    pub account: AccountId,
    pub handle: Option<Handle>,
    pub display_name: Option<DisplayName>,
    pub bio: Option<Bio>,
}

impl Command for ChangeProfile {
    type Rejection = AccountRejection;
    type Outcome = AccountOutcome;

    fn operation(&self) -> &'static str {
        "change_profile"
    }

    fn keyed_lock(&self) -> Option<KeyedLock> {
        Some(KeyedLock::of(&self.account))
    }

    async fn decide(
        &self,
        stores: &Stores,
    ) -> Result<Decision<AccountOutcome>, ExecuteError<AccountRejection>> {
        let seen = stores.accounts.load(self.account).await.map_err(ExecuteError::Read)?;
        let wanted = self.wanted(stores).await?;
        let command = AccountCommand::ChangeProfile(account::ChangeProfile {
            account: self.account,
            handle: wanted.as_ref().map(|(wanted, _through)| wanted.clone()),
            display_name: self.display_name.clone(),
            bio: self.bio.clone(),
        });
        let mut changes = Vec::new();
        for event in ask(seen.state.clone(), command).await? {
            for claim in handle_events(&seen.state, &event) {
                let expected = match (&claim, &wanted) {
                    // What the decision saw, so that a claim which came in between is a conflict.
                    (HandleEvent::Claimed(_), Some((_wanted, through))) => *through,
                    // Nobody else appends to a handle that is ours.
                    (HandleEvent::Claimed(HandleClaimed { handle, .. }), None)
                    | (HandleEvent::Released(HandleReleased { handle, .. }), _) => {
                        stores.accounts.claim_of(handle).await.map_err(ExecuteError::Read)?.through
                    }
                };
                changes.push(Change::new(claim, Expected::Last(expected)));
            }
            changes.push(Change::new(event, Expected::Last(seen.through)));
        }
        if !changes.is_empty() {
            return Ok(Decision::Append(changes));
        }
        let profile = seen.state.profile().map_err(ExecuteError::Rejected)?;
        Ok(Decision::Unchanged(AccountOutcome {
            account: self.account,
            handle: profile.handle.clone(),
            display_name: profile.display_name.clone(),
            bio: profile.bio.clone(),
            position: stores.position(seen.through),
        }))
    }

    fn outcome(&self, own: &[Placed]) -> Option<AccountOutcome> {
        own.iter().find_map(|placed| match &placed.event {
            Event::Account(AccountEvent::ProfileChanged(changed)) => Some(AccountOutcome {
                account: changed.account,
                handle: changed.handle.clone(),
                display_name: changed.display_name.clone(),
                bio: changed.bio.clone(),
                position: placed.position,
            }),
            _ => None,
        })
    }
}

impl ChangeProfile {
    /// The new handle with its claim, and the sequence of its subject up to which that holds.
    async fn wanted(
        &self,
        stores: &Stores,
    ) -> Result<Option<(WantedHandle, Sequence)>, ExecuteError<AccountRejection>> {
        let Some(handle) = self.handle.clone() else { return Ok(None) };
        let held = stores.accounts.claim_of(&handle).await.map_err(ExecuteError::Read)?;
        Ok(Some((WantedHandle { handle, claim: held.state }, held.through)))
    }
}
