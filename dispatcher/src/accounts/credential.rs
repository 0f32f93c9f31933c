//! The one place where a password leaves its request.

use crate::commands::{CredentialError, KeepCredential};
use crate::credential_store::PasswordHash;
use domain::{AccountId, Password};
use futures::future::BoxFuture;
use http_kit::ApiProblem;
use tokio::sync::OnceCell;

use crate::problems;

/// The password of an account that is about to be registered.
///
/// It is kept before the registration is appended: an account without a credential could never be used, while a
/// credential without an account opens nothing. A handle that is taken is refused before this, so it costs no hash.
#[derive(Debug)]
pub(super) struct Credential {
    state: crate::State,
    password: Password,
    /// Hashed once, so that what a registration kept before is known by its salt.
    hash: OnceCell<PasswordHash>,
}

impl Credential {
    pub(super) fn new(state: crate::State, password: Password) -> Self {
        Self { state, password, hash: OnceCell::new() }
    }

    async fn keep_first(&self, account: AccountId) -> Result<bool, ApiProblem> {
        let hash = self.hash.get_or_try_init(|| self.state.hash(self.password.clone())).await?;
        let ready = self.state.ready()?;
        ready.credential_store().credentials.put_first(account, hash).await.map_err(problems::from_vault)
    }
}

impl KeepCredential for Credential {
    fn keep(&self, account: AccountId) -> BoxFuture<'_, Result<bool, CredentialError>> {
        Box::pin(async move { self.keep_first(account).await.map_err(CredentialError::from) })
    }
}
