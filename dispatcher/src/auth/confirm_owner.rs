//! The password once more, from somebody who is logged in: what guards an account is changed by its owner alone, and
//! not by whoever got hold of an access token. Who logs in at an OpenID provider shows a fresh proof of that instead.

use api_types::codes;
use domain::{AccountId, Password};
use http_kit::ApiProblem;
use time::OffsetDateTime;

use crate::credential_store::Try;
use crate::refusal::Refusal;
use crate::state::State;

use super::oidc::open_proof;

/// By what the owner is known.
pub(crate) enum Confirmation {
    /// One of them is the account's.
    Passwords(Vec<Password>),
    /// As `POST /v1/oidc/proofs` gave it.
    OidcProof(String),
}

impl Confirmation {
    /// What a body says. The proof counts where both are there.
    ///
    /// # Errors
    /// `invalid-field` where neither is.
    pub(crate) fn of(password: Option<&str>, oidc_proof: Option<String>) -> Result<Self, Refusal> {
        match (oidc_proof, password) {
            (Some(proof), _) => Ok(Self::OidcProof(proof)),
            (None, Some(password)) => Ok(Self::Passwords(vec![Password::guess(password)])),
            (None, None) => Err(Refusal::field("password", "the password, or a proof in oidcProof")),
        }
    }
}

/// # Errors
/// `password-wrong`, `oidc-proof-invalid`, and `rate-limited` after too many wrong passwords.
pub(crate) async fn confirm_owner(
    state: &State,
    account: AccountId,
    confirmation: &Confirmation,
) -> Result<(), Refusal> {
    match confirmation {
        Confirmation::Passwords(passwords) => confirm_password(state, account, passwords).await,
        Confirmation::OidcProof(proof) => confirm_proof(state, account, proof).await,
    }
}

/// Whether one of the passwords is the account's. Wrong ones are counted, like tries to log in.
async fn confirm_password(state: &State, account: AccountId, passwords: &[Password]) -> Result<(), Refusal> {
    let ready = state.ready()?;
    let store = ready.credential_store();
    let attempt = Try::Password(account);
    store.attempts.begin(&attempt, OffsetDateTime::now_utc()).await?.or_refuse()?;
    let wrong = || Refusal::from(ApiProblem::new(codes::PASSWORD_WRONG));
    let hash = store.credentials.get(account).await?.ok_or_else(wrong)?;
    for password in passwords {
        let permit = state.passwords().admit_log_in(None)?;
        if permit.verify(password.clone(), Some(hash.clone())).await? {
            store.attempts.clear(&attempt).await?;
            return Ok(());
        }
    }
    Err(wrong())
}

async fn confirm_proof(state: &State, account: AccountId, proof: &str) -> Result<(), Refusal> {
    let proof = open_proof(state, proof).await?;
    let ready = state.ready()?;
    if ready.credential_store().oidc_links.account_of(&proof.subject).await? == Some(account) {
        return Ok(());
    }
    Err(ApiProblem::new(codes::OIDC_PROOF_INVALID).detail("It opens another account, or none.").into())
}
