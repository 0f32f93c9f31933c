//! An account: registered once, changed by its owner, given up for good.
//!
//! Invariants:
//! - A registration, or a change of handle, claims a handle that nobody holds.
//! - A change that changes nothing makes no event.
//! - Nothing follows a deactivation.
//! - Every event except the deactivation holds the whole profile, so that the last event alone tells the account.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::handle_claim::HandleClaim;
use crate::{
    AccountDeactivated, AccountEvent, AccountId, AccountRegistered, Bio, DisplayName, Handle, HandleClaimed,
    HandleEvent, HandleReleased, OriginalTime, ProfileChanged, Rejection,
};

/// A handle that somebody wants, and who holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedHandle {
    pub handle: Handle,
    pub claim: HandleClaim,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountCommand {
    Register(Register),
    ChangeProfile(ChangeProfile),
    Deactivate(Deactivate),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    pub account: AccountId,
    pub handle: WantedHandle,
    pub display_name: DisplayName,
    pub bio: Bio,
    /// Of an imported account.
    pub original_time: Option<OriginalTime>,
}

/// What is absent stays as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeProfile {
    pub account: AccountId,
    pub handle: Option<WantedHandle>,
    pub display_name: Option<DisplayName>,
    pub bio: Option<Bio>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deactivate {
    pub account: AccountId,
    /// Of an imported account.
    pub original_time: Option<OriginalTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountRejection {
    #[error("there is no such account, or it was given up")]
    AccountMustExist,
    #[error("the account was given up")]
    AccountMustBeActive,
    #[error("the id that was drawn for the account is taken")]
    AccountMustBeNew,
    #[error("somebody else has this handle")]
    HandleMustBeFree,
}

impl Rejection for AccountRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::AccountMustExist => "AccountMustExist",
            Self::AccountMustBeActive => "AccountMustBeActive",
            Self::AccountMustBeNew => "AccountMustBeNew",
            Self::HandleMustBeFree => "HandleMustBeFree",
        }
    }
}

/// An account as its events tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Account {
    /// No event yet. Operators may issue tokens for such an account; it can act, and has no profile.
    #[default]
    Unregistered,
    Active(Profile),
    Deactivated,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub handle: Handle,
    pub display_name: DisplayName,
    pub bio: Bio,
    /// When an imported account was registered.
    pub registered_at: Option<OffsetDateTime>,
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Error = AccountRejection;
    /// Facts come with the command; a decision calls nobody.
    type Services = ();

    async fn handle(
        &mut self,
        command: AccountCommand,
        _services: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), AccountRejection> {
        let event = match command {
            AccountCommand::Register(command) => Some(self.register(command)?),
            AccountCommand::ChangeProfile(command) => self.change_profile(command)?,
            AccountCommand::Deactivate(command) => Some(self.deactivate(command)?),
        };
        if let Some(event) = event {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        *self = match event {
            AccountEvent::Registered(AccountRegistered {
                handle,
                display_name,
                bio,
                original_time: registered_at,
                ..
            })
            | AccountEvent::ProfileChanged(ProfileChanged {
                handle, display_name, bio, registered_at, ..
            }) => Self::Active(Profile { handle, display_name, bio, registered_at }),
            AccountEvent::Deactivated(_) => Self::Deactivated,
        };
    }
}

impl Account {
    fn register(&self, command: Register) -> Result<AccountEvent, AccountRejection> {
        if *self != Self::Unregistered {
            return Err(AccountRejection::AccountMustBeNew);
        }
        Ok(AccountEvent::Registered(AccountRegistered {
            account: command.account,
            handle: free(command.handle)?,
            display_name: command.display_name,
            bio: command.bio,
            original_time: command.original_time.map(OriginalTime::get),
        }))
    }

    fn change_profile(&self, command: ChangeProfile) -> Result<Option<AccountEvent>, AccountRejection> {
        let current = self.profile()?;
        let handle = match command.handle {
            Some(wanted) if wanted.handle != current.handle => free(wanted)?,
            Some(_) | None => current.handle.clone(),
        };
        let display_name = command.display_name.unwrap_or_else(|| current.display_name.clone());
        let bio = command.bio.unwrap_or_else(|| current.bio.clone());
        if handle == current.handle && display_name == current.display_name && bio == current.bio {
            return Ok(None);
        }
        let (account, registered_at) = (command.account, current.registered_at);
        let changed = ProfileChanged { account, handle, display_name, bio, registered_at };
        Ok(Some(AccountEvent::ProfileChanged(changed)))
    }

    fn deactivate(&self, command: Deactivate) -> Result<AccountEvent, AccountRejection> {
        self.profile()?;
        let original_time = command.original_time.map(OriginalTime::get);
        Ok(AccountEvent::Deactivated(AccountDeactivated { account: command.account, original_time }))
    }

    /// The profile of an account that its owner may still change.
    pub fn profile(&self) -> Result<&Profile, AccountRejection> {
        match self {
            Self::Unregistered => Err(AccountRejection::AccountMustExist),
            Self::Active(profile) => Ok(profile),
            Self::Deactivated => Err(AccountRejection::AccountMustBeActive),
        }
    }
}

fn free(wanted: WantedHandle) -> Result<Handle, AccountRejection> {
    match wanted.claim {
        HandleClaim::Free => Ok(wanted.handle),
        HandleClaim::HeldBy(_) => Err(AccountRejection::HandleMustBeFree),
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
