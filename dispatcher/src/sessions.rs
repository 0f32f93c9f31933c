//! Logging in, staying logged in, logging out; and the keys that say so.
//!
//! ```text
//!   POST /v1/sessions          handle, password ─▶ log: whose handle? active? ─▶ vault: hash ─▶ argon2id ─▶ tokens
//!   POST /v1/sessions/refresh  refresh token ─▶ log: active? ─▶ vault: rotate ─▶ tokens
//!   DELETE /v1/sessions/current, deactivation ─▶ vault: end
//! ```
//!
//! Nothing of this is an event: a session is no fact of the microblog. Access tokens are not looked up anywhere, so
//! one that was issued stays good for its hour, also after its session has ended.

mod client_address;
pub(crate) mod create_session;
pub(crate) mod end_session;
mod issue;
pub(crate) mod jwks;
mod passwords;
pub(crate) mod refresh_session;
mod refresh_token;
mod settings;
mod signing_keys;

use crate::credential_store::PasswordHash;
use domain::{AccountId, Password};
use http_kit::ApiProblem;

use crate::State;
use crate::problems;

pub(crate) use create_session::create_session;
pub(crate) use end_session::end_session;
pub(crate) use jwks::get_jwks;
pub(crate) use passwords::Passwords;
pub(crate) use refresh_session::refresh_session;
pub use settings::SessionSettings;
pub use signing_keys::{RotateError, SigningKeys, rotate_signing_keys};

/// What registration and deactivation need of the vault.
impl State {
    /// Makes the password the account's only one.
    ///
    /// The id need not be registered yet. Call it before the event that makes the account, so that nobody has an
    /// account without a password, and [`Self::delete_credential`] where that event is refused for good.
    ///
    /// # Errors
    /// `overloaded` when too many hash at this moment, `unavailable` when the vault cannot be reached.
    pub async fn store_credential(&self, account: AccountId, password: Password) -> Result<(), ApiProblem> {
        let ready = self.ready()?;
        let hash = self.hash(password).await?;
        ready.credential_store().credentials.put(account, &hash).await.map_err(problems::from_vault)
    }

    pub(crate) async fn hash(&self, password: Password) -> Result<PasswordHash, ApiProblem> {
        self.passwords().take_turn()?.hash(password).await
    }

    /// Nobody can log in to the account from now on. Repeating it does no harm.
    ///
    /// # Errors
    /// `unavailable` when the vault cannot be reached.
    pub async fn delete_credential(&self, account: AccountId) -> Result<(), ApiProblem> {
        self.ready()?.credential_store().credentials.delete(account).await.map_err(problems::from_vault)
    }

    /// Nobody can refresh a session of the account from now on. Repeating it does no harm.
    ///
    /// # Errors
    /// `unavailable` when the vault cannot be reached.
    pub async fn end_all_sessions(&self, account: AccountId) -> Result<(), ApiProblem> {
        self.ready()?.credential_store().sessions.end_all(account).await.map_err(problems::from_vault)
    }
}
