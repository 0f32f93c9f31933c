//! The one place where a password leaves its request.

use std::sync::Arc;

use domain::{AccountId, Password};
use futures::future::BoxFuture;
use http_kit::{ApiProblem, ClientAddress};
use tokio::sync::OnceCell;

use crate::commands::{CredentialError, KeepCredential};
use crate::credential_store::{Credentials, PasswordHash};
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
    password: Password,
    address: ClientAddress,
    /// Hashed once, so that what a registration kept before is known by its salt.
    hash: OnceCell<PasswordHash>,
}

impl Credential {
    pub(crate) fn new(
        passwords: Arc<Passwords>,
        kept: Credentials,
        password: Password,
        address: ClientAddress,
    ) -> Self {
        Self { passwords, kept, password, address, hash: OnceCell::new() }
    }

    async fn keep_first(&self, account: AccountId) -> Result<bool, Refusal> {
        let hash = || self.passwords.hash(self.password.clone(), Some(self.address));
        let hash = self.hash.get_or_try_init(hash).await?;
        Ok(self.kept.put_first(account, hash).await?)
    }
}

impl KeepCredential for Credential {
    fn keep(&self, account: AccountId) -> BoxFuture<'_, Result<bool, CredentialError>> {
        Box::pin(async move {
            self.keep_first(account).await.map_err(|refusal| CredentialError::from(ApiProblem::from(refusal)))
        })
    }

    fn forget(&self, account: AccountId) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // Without a hash nothing was kept.
            let Some(hash) = self.hash.get() else { return };
            if let Err(error) = self.kept.delete_own(account, hash).await {
                tracing::warn!(%error, "the credential store keeps something of an account that was not registered");
            }
        })
    }
}
