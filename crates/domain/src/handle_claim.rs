//! Who holds a handle. Claims and releases go into the log together with the account's event that they belong to.

use crate::{AccountId, HandleEvent};

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
