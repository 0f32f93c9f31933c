//! Registering: the handle is claimed and the account registered in one append.

use std::fmt;
use std::sync::Arc;

use domain::account::handle_events;
use domain::account::{AccountCommand, AccountRejection, Register, WantedHandle};
use domain::{AccountId, Bio, DisplayName, Event, Handle, HandleEvent, OriginalTime, Position};
use event_store::Expected;
use futures::future::BoxFuture;

use crate::decision::{AccountOutcome, Change, Command, Decision, ExecuteError, KeyedLock, Placed};
use crate::stores::Stores;

use super::ask;

/// Why a credential could not be kept. The registration is refused and may be tried again.
pub type CredentialError = Box<dyn std::error::Error + Send + Sync>;

/// Keeps what the new account proves itself with. It is no event, and must be there before the account is.
pub trait KeepCredential: Send + Sync + fmt::Debug {
    /// Runs when nothing speaks against the registration any more, before its append. It may run more than once, and
    /// for an account that loses its handle to another at the last moment and is never registered. False, with nothing
    /// done: another registration drew the same id and keeps its own credential there.
    fn keep(&self, account: AccountId) -> BoxFuture<'_, Result<bool, CredentialError>>;

    /// Takes back what [`Self::keep`] did for an account that will never be registered by this command.
    fn forget(&self, account: AccountId) -> BoxFuture<'_, ()>;
}

/// Who registers an account.
#[derive(Debug, Clone)]
pub enum Registrar {
    /// Anybody who wants one.
    Newcomer(Arc<dyn KeepCredential>),
    /// An operator who brings it along from elsewhere, without a credential.
    Operator { bio: Bio, original_time: OriginalTime },
}

#[derive(Debug, Clone)]
pub struct RegisterAccount {
    /// Drawn by the executor. Rejected as `AccountMustBeNew` if it is taken: draw again.
    pub account: AccountId,
    pub handle: Handle,
    pub display_name: DisplayName,
    pub by: Registrar,
}

impl RegisterAccount {
    fn bio(&self) -> Bio {
        match &self.by {
            Registrar::Newcomer(_) => Bio::default(),
            Registrar::Operator { bio, .. } => bio.clone(),
        }
    }
}

impl Command for RegisterAccount {
    type Rejection = AccountRejection;
    type Outcome = AccountOutcome;

    fn operation(&self) -> &'static str {
        "register"
    }

    fn keyed_lock(&self) -> Option<KeyedLock> {
        Some(KeyedLock::of(&self.handle))
    }

    fn is_anonymous(&self) -> bool {
        matches!(self.by, Registrar::Newcomer(_))
    }

    async fn decide(
        &self,
        stores: &Stores,
    ) -> Result<Decision<AccountOutcome>, ExecuteError<AccountRejection>> {
        let held = stores.accounts.claim_of(&self.handle).await.map_err(ExecuteError::Read)?;
        let seen = stores.accounts.load(self.account).await.map_err(ExecuteError::Read)?;
        let command = AccountCommand::Register(Register {
            account: self.account,
            handle: WantedHandle { handle: self.handle.clone(), claim: held.state },
            display_name: self.display_name.clone(),
            bio: self.bio(),
            original_time: match self.by {
                Registrar::Newcomer(_) => None,
                Registrar::Operator { original_time, .. } => Some(original_time),
            },
        });
        let mut changes = Vec::new();
        for event in ask(seen.state.clone(), command).await? {
            let claims = handle_events(&seen.state, &event);
            changes.extend(claims.into_iter().map(|claim| Change::new(claim, Expected::Last(held.through))));
            changes.push(Change::new(event, Expected::Last(seen.through)));
        }
        if let Registrar::Newcomer(credential) = &self.by
            && !credential.keep(self.account).await.map_err(ExecuteError::Credential)?
        {
            return Err(ExecuteError::Rejected(AccountRejection::AccountMustBeNew));
        }
        Ok(Decision::Append(changes))
    }

    /// A process that dies here leaves a credential that opens nothing.
    async fn settled(&self, outcome: Option<&AccountOutcome>) {
        if let Registrar::Newcomer(credential) = &self.by
            && outcome.is_none_or(|outcome| outcome.account != self.account)
        {
            credential.forget(self.account).await;
        }
    }

    fn outcome(&self, own: &[Placed]) -> Option<AccountOutcome> {
        let (claimed, position) = own.iter().find_map(|placed| match &placed.event {
            Event::Handle(HandleEvent::Claimed(claimed)) => Some((claimed, placed.position)),
            _ => None,
        })?;
        Some(AccountOutcome {
            account: claimed.account,
            handle: claimed.handle.clone(),
            // The same key means the same request.
            display_name: self.display_name.clone(),
            bio: self.bio(),
            // The events of an append have consecutive sequences, and the registration comes behind the claim.
            position: Position::new(position.sequence().next(), position.shard()),
        })
    }
}
