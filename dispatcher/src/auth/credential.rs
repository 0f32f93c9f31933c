//! The one place where a password leaves its request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api_types::codes;
use domain::{AccountId, DisplayName, Handle, Password};
use event_store::BucketError;
use futures::future::BoxFuture;
use http_kit::{ApiProblem, ClientAddress};
use time::OffsetDateTime;
use tokio::sync::OnceCell;

use crate::commands::{CredentialError, KeepCredential};
use crate::credential_store::{Credentials, Invitations, PasswordHash};
use crate::refusal::Refusal;

use super::passwords::Passwords;

/// The password of an account that is about to be registered.
///
/// It is kept before the registration is appended: an account without a credential could never be used, while a
/// credential without an account opens nothing. A handle that is taken is refused before this, so it costs no hash.
#[derive(Debug)]
pub(crate) struct Credential {
    passwords: Arc<Passwords>,
    kept: Credentials,
    typed: Typed,
    invitation: Option<InvitationUse>,
    /// Hashed once, so that what a registration kept before is known by its salt.
    hash: OnceCell<PasswordHash>,
}

/// Of whom a password is, and from where it came.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub(crate) password: Password,
    pub(crate) handle: Handle,
    pub(crate) display_name: DisplayName,
    pub(crate) address: ClientAddress,
}

/// One use of an invitation.
#[derive(Debug)]
pub(crate) struct InvitationUse {
    invitations: Invitations,
    code: String,
    is_taken: AtomicBool,
}

impl Typed {
    pub(crate) async fn hash(self, passwords: &Passwords) -> Result<PasswordHash, ApiProblem> {
        let about = vec![self.handle.into_string(), self.display_name.into_string()];
        passwords.hash(self.password, about, Some(self.address)).await
    }
}

impl Credential {
    pub(crate) fn new(passwords: Arc<Passwords>, kept: Credentials, typed: Typed) -> Self {
        Self { passwords, kept, typed, invitation: None, hash: OnceCell::new() }
    }

    /// Takes one use of an invitation, too.
    #[must_use]
    pub(crate) fn invited(self, invitation: Option<InvitationUse>) -> Self {
        Self { invitation, ..self }
    }

    async fn keep_first(&self, account: AccountId) -> Result<bool, Refusal> {
        if let Some(invitation) = &self.invitation {
            invitation.take().await?;
        }
        let hash = self.hash.get_or_try_init(|| self.typed.clone().hash(&self.passwords)).await?;
        Ok(self.kept.put_first(account, hash).await?)
    }

    async fn forget_all(&self, account: AccountId) -> Result<(), BucketError> {
        if let Some(invitation) = &self.invitation {
            invitation.give_back().await?;
        }
        // Without a hash nothing was kept.
        match self.hash.get() {
            Some(hash) => self.kept.delete_own(account, hash).await,
            None => Ok(()),
        }
    }
}

impl InvitationUse {
    pub(crate) fn new(invitations: Invitations, code: String) -> Self {
        Self { invitations, code, is_taken: AtomicBool::new(false) }
    }

    pub(super) async fn take(&self) -> Result<(), Refusal> {
        if self.is_taken.load(Ordering::Relaxed) {
            return Ok(());
        }
        if !self.invitations.take(&self.code, OffsetDateTime::now_utc()).await? {
            return Err(ApiProblem::new(codes::INVITATION_INVALID).into());
        }
        self.is_taken.store(true, Ordering::Relaxed);
        Ok(())
    }

    pub(super) async fn give_back(&self) -> Result<(), BucketError> {
        if self.is_taken.swap(false, Ordering::Relaxed) {
            self.invitations.give_back(&self.code).await?;
        }
        Ok(())
    }
}

impl KeepCredential for Credential {
    fn keep(&self, account: AccountId) -> BoxFuture<'_, Result<bool, CredentialError>> {
        Box::pin(async move {
            self.keep_first(account).await.map_err(|refusal| CredentialError::from(ApiProblem::from(refusal)))
        })
    }

    fn forget(&self, account: AccountId) -> BoxFuture<'_, ()> {
        Box::pin(async move { say(self.forget_all(account).await) })
    }
}

/// A password that was hashed when somebody asked to be registered.
#[derive(Debug)]
pub(crate) struct HashedCredential {
    pub(crate) kept: Credentials,
    pub(crate) hash: PasswordHash,
}

impl KeepCredential for HashedCredential {
    fn keep(&self, account: AccountId) -> BoxFuture<'_, Result<bool, CredentialError>> {
        Box::pin(async move {
            let kept = self.kept.put_first(account, &self.hash).await;
            kept.map_err(|error| CredentialError::from(ApiProblem::from(Refusal::from(error))))
        })
    }

    fn forget(&self, account: AccountId) -> BoxFuture<'_, ()> {
        Box::pin(async move { say(self.kept.delete_own(account, &self.hash).await) })
    }
}

pub(super) fn say(forgotten: Result<(), BucketError>) {
    if let Err(error) = forgotten {
        tracing::warn!(%error, "something of an account that was not registered stays: a credential, a use of an invitation");
    }
}
