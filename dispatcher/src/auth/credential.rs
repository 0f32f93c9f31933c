//! The one place where a password leaves its request.

use std::sync::Arc;

use domain::{AccountId, Password};
use futures::future::BoxFuture;
use http_kit::ApiProblem;
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
    /// Hashed once, so that what a registration kept before is known by its salt.
    hash: OnceCell<PasswordHash>,
}

impl Credential {
    pub(crate) fn new(passwords: Arc<Passwords>, kept: Credentials, password: Password) -> Self {
        Self { passwords, kept, password, hash: OnceCell::new() }
    }

    async fn keep_first(&self, account: AccountId) -> Result<bool, Refusal> {
        let hash = self.hash.get_or_try_init(|| self.passwords.hash(self.password.clone())).await?;
        Ok(self.kept.put_first(account, hash).await?)
    }
}

impl KeepCredential for Credential {
    fn keep(&self, account: AccountId) -> BoxFuture<'_, Result<bool, CredentialError>> {
        Box::pin(async move {
            self.keep_first(account).await.map_err(|refusal| CredentialError::from(ApiProblem::from(refusal)))
        })
    }
}
