//! The password once more, from somebody who is logged in: what guards an account is changed by its owner alone, and
//! not by whoever got hold of an access token.

use api_types::codes;
use domain::{AccountId, Password};
use http_kit::ApiProblem;
use time::OffsetDateTime;

use crate::credential_store::Try;
use crate::refusal::Refusal;
use crate::state::State;

/// Whether one of the passwords is the account's. Wrong ones are counted, like tries to log in.
///
/// # Errors
/// `password-wrong`, and `rate-limited` after too many of them.
pub(crate) async fn confirm_password(
    state: &State,
    account: AccountId,
    passwords: &[Password],
) -> Result<(), Refusal> {
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
