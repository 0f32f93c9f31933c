//! Acting on accounts that harm others, and giving and taking roles.
//!
//! Invariants:
//! - On whom it is done exists. Nobody acts on themselves.
//! - Only admins and operators act on those who have a role to look after the place.
//! - What changes nothing makes no event, except a warning: that is for who reads it.

use std::collections::BTreeSet;

use crate::edge::DesiredState;
use crate::{
    AccountId, Moderated, ModerationAction, ModerationEvent, Note, Reason, Rejection, Restriction,
    RestrictionLevel, Role, RolesChanged,
};

/// What was decided about an account, as its last event tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moderation {
    pub restriction: Option<Restriction>,
    pub roles: BTreeSet<Role>,
}

/// Who decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moderator {
    pub account: AccountId,
    /// The name of an operator with a tool.
    pub operator: Option<Note>,
    pub is_admin: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moderate {
    pub account: AccountId,
    pub account_exists: bool,
    pub action: ModerationAction,
    pub reason: Reason,
    pub note: Option<Note>,
    pub by: Moderator,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRole {
    pub account: AccountId,
    pub account_exists: bool,
    pub role: Role,
    pub desired: DesiredState,
    pub note: Option<Note>,
    pub by: Moderator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ModerationRejection {
    #[error("there is no such account, or it was given up")]
    AccountMustExist,
    #[error("nobody moderates themselves")]
    AccountMustNotModerateItself,
    #[error("only an admin acts on those who look after the place")]
    ActorMustBeAdmin,
}

impl Rejection for ModerationRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::AccountMustExist => "AccountMustExist",
            Self::AccountMustNotModerateItself => "AccountMustNotModerateItself",
            Self::ActorMustBeAdmin => "ActorMustBeAdmin",
        }
    }
}

impl Moderation {
    pub fn after(event: &ModerationEvent) -> Self {
        let (restriction, roles) = match event {
            ModerationEvent::Moderated(event) => (event.restriction, &event.roles),
            ModerationEvent::RolesChanged(event) => (event.restriction, &event.roles),
        };
        Self { restriction, roles: roles.iter().copied().collect() }
    }

    /// Why it may do nothing.
    pub fn suspended_for(&self) -> Option<Reason> {
        let suspended = self.restriction.filter(|it| it.level == RestrictionLevel::Suspended);
        suspended.map(|restriction| restriction.reason)
    }

    pub fn moderate(&self, command: Moderate) -> Result<Option<ModerationEvent>, ModerationRejection> {
        let Moderate { account, account_exists, action, reason, note, by } = command;
        self.may_decide(account, account_exists, &by)?;
        let restricted = |level| Some(Restriction { level, reason });
        let restriction = match action {
            ModerationAction::Warn => self.restriction,
            ModerationAction::Silence => restricted(RestrictionLevel::Silenced),
            ModerationAction::Suspend => restricted(RestrictionLevel::Suspended),
            ModerationAction::Lift => None,
        };
        if restriction == self.restriction && action != ModerationAction::Warn {
            return Ok(None);
        }
        Ok(Some(ModerationEvent::Moderated(Moderated {
            account,
            action,
            reason,
            restriction,
            roles: self.roles.iter().copied().collect(),
            by: by.account,
            operator: by.operator,
            note,
        })))
    }

    pub fn change_role(&self, command: ChangeRole) -> Result<Option<ModerationEvent>, ModerationRejection> {
        let ChangeRole { account, account_exists, role, desired, note, by } = command;
        self.may_decide(account, account_exists, &by)?;
        let mut roles = self.roles.clone();
        let is_changed = match desired {
            DesiredState::Set => roles.insert(role),
            DesiredState::Unset => roles.remove(&role),
        };
        Ok(is_changed.then(|| {
            ModerationEvent::RolesChanged(RolesChanged {
                account,
                roles: roles.into_iter().collect(),
                restriction: self.restriction,
                by: by.account,
                operator: by.operator,
                note,
            })
        }))
    }

    fn may_decide(
        &self,
        account: AccountId,
        exists: bool,
        by: &Moderator,
    ) -> Result<(), ModerationRejection> {
        if account == by.account {
            return Err(ModerationRejection::AccountMustNotModerateItself);
        }
        if !exists {
            return Err(ModerationRejection::AccountMustExist);
        }
        let is_peer = self.roles.iter().any(|role| matches!(role, Role::Moderator | Role::Admin));
        if is_peer && !by.is_admin { Err(ModerationRejection::ActorMustBeAdmin) } else { Ok(()) }
    }
}
