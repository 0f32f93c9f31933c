//! Another password for an account that has one, or had.

use domain::{AccountId, Password};
use http_kit::{ApiProblem, ClientAddress};

use crate::credential_store::PasswordHash;
use crate::refusal::Refusal;
use crate::state::State;

/// The hash of a password that is to be the account's.
///
/// # Errors
/// `password-too-weak` also where it follows from what everybody knows the account by.
pub(crate) async fn hash_new_password(
    state: &State,
    account: AccountId,
    password: Password,
    address: ClientAddress,
) -> Result<PasswordHash, Refusal> {
    let names = state.ready()?.executor().names_of(account).await?;
    let hashed: Result<PasswordHash, ApiProblem> =
        state.passwords().hash(password, names, Some(address)).await;
    Ok(hashed?)
}
