//! Who holds a handle. Claims and releases go into the log together with the account's event that they belong to.

use crate::account::Account;
use crate::{AccountEvent, AccountId, HandleClaimed, HandleEvent, HandleReleased};

/// A handle as its last event tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HandleClaim {
    /// Never claimed, or released since.
    #[default]
    Free,
    HeldBy(AccountId),
}

impl HandleClaim {
    pub fn apply(&mut self, event: &HandleEvent) {
        *self = match event {
            HandleEvent::Claimed(claimed) => Self::HeldBy(claimed.account),
            HandleEvent::Released(_) => Self::Free,
        };
    }
}

/// What an event of an account does to handles. A deactivated account keeps its handle for good: nobody can pose as it.
pub fn handle_events(before: &Account, event: &AccountEvent) -> Vec<HandleEvent> {
    match event {
        AccountEvent::Registered(registered) => vec![HandleEvent::Claimed(HandleClaimed {
            handle: registered.handle.clone(),
            account: registered.account,
        })],
        AccountEvent::ProfileChanged(changed) => match before {
            Account::Active(profile) if profile.handle != changed.handle => vec![
                HandleEvent::Released(HandleReleased {
                    handle: profile.handle.clone(),
                    account: changed.account,
                }),
                HandleEvent::Claimed(HandleClaimed {
                    handle: changed.handle.clone(),
                    account: changed.account,
                }),
            ],
            Account::Active(_) | Account::Unregistered | Account::Deactivated => Vec::new(),
        },
        AccountEvent::Deactivated(_) => Vec::new(),
    }
}
