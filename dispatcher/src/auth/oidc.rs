//! Logging in at OpenID providers.
//!
//! ```text
//!   authorization ─▶ (the person logs in at the provider) ─▶ code ─▶ proof ─┬▶ a session
//!                                                                          ├▶ a new account
//!                                                                          └▶ a link with an account
//! ```
//!
//! What is under way is kept nowhere: the client holds it as a ticket that only this system can have signed. State,
//! nonce and PKCE's verifier all follow from a secret in it, which no address and no provider ever sees; so a code is
//! good for the client that began, and for no other. A ticket is used up with the code.
//!
//! A proof says who somebody is at a provider, for ten minutes. Whether that opens an account is asked each time.

mod authorization;
mod link;
mod log_in;
mod proof;
mod providers;
mod registration;

use tokens::oidc::{NoHttpClient, OidcSettings};

use crate::state::State;

pub(crate) use authorization::{AUTHORIZATION, Returned, begin_authorization, prove};
pub(crate) use link::{link, unlink};
pub(crate) use log_in::log_in_by_proof;
pub(crate) use proof::{PROOF, Proof, open_proof};
pub(crate) use providers::Providers;
pub(crate) use registration::{OidcCredential, register, require_unlinked};

impl State {
    /// Lets people log in at these providers from now on.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn use_oidc(&self, settings: &OidcSettings) -> Result<(), NoHttpClient> {
        self.set_providers(Providers::new(settings)?);
        Ok(())
    }
}
