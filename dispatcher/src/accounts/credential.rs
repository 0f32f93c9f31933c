//! The one place where a password leaves its request.

use domain::{AccountId, Password};
use event_store::commands::{CredentialError, KeepCredential};
use futures::future::BoxFuture;

/// The password of an account that is about to be registered.
#[derive(Debug)]
pub(super) struct Credential {
    pub(super) password: Password,
}

impl KeepCredential for Credential {
    fn keep(&self, account: AccountId) -> BoxFuture<'_, Result<(), CredentialError>> {
        Box::pin(store_credential(account, &self.password))
    }
}

/// Runs before the registration is appended: an account without a credential could never be used, while a credential
/// without an account opens nothing. A handle that is taken is refused before this, so it costs no hash.
async fn store_credential(account: AccountId, password: &Password) -> Result<(), CredentialError> {
    // Only tokens of an outside issuer are taken so far, so nothing is kept.
    let _ = (account, password.expose());
    Ok(())
}
