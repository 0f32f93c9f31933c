//! `POST /v1/password-resets/confirm`.

use api_types::codes;
use api_types::email::ResetPassword;
use axum::extract::State;
use domain::Password;
use http::StatusCode;
use http_kit::{ApiProblem, ClientAddress, StrictJson};
use time::OffsetDateTime;

use crate::auth::hash_new_password;
use crate::mail::MailToken;
use crate::refusal::Refusal;
use crate::stores::Standing;

/// Chooses a new password with the code of a mail.
///
/// All sessions and personal tokens of the account end at once. A second factor is asked for as before.
#[utoipa::path(
    post, path = "/v1/password-resets/confirm", tag = "sessions", request_body = ResetPassword,
    responses(
        (status = 204, description = "The password is another one"),
    ),
    extensions(("x-rate" = json!("log-in")), ("x-problems" = json!(["mail-token-invalid", "PasswordMustHaveGoodLength", "password-too-weak", "overloaded", "rate-limited", "log-full"]))),
)]
pub(crate) async fn reset_password(
    State(state): State<crate::State>,
    address: ClientAddress,
    body: StrictJson<ResetPassword>,
) -> Result<StatusCode, Refusal> {
    let invalid = || Refusal::from(ApiProblem::new(codes::MAIL_TOKEN_INVALID));
    let password = Password::parse(&body.value.new_password)?;
    let token = MailToken::parse(&body.value.token).ok_or_else(invalid)?;
    let (account, ready) = (token.account, state.ready()?);
    let addresses = &ready.credential_store().addresses;
    let (secret, now) = (token.hashed(), OffsetDateTime::now_utc());
    if !addresses.get(account).await?.may_reset(&secret, now) {
        return Err(invalid());
    }
    // Before the code is used up, so that it is still good for a better password.
    let hash = hash_new_password(&state, account, password, address).await?;
    // Used up before anything is changed, so that it is good once; whatever fails from here on, another mail helps.
    let used = addresses.use_reset(account, &secret, now).await?;
    // Also of a suspended account, which keeps its password for the day on which that is lifted.
    if !used || ready.executor().standing(account).await? == Standing::Deactivated {
        return Err(invalid());
    }
    ready.credential_store().credentials.put(account, &hash).await?;
    // Somebody else may have opened other ways in.
    addresses.forget_codes(account).await?;
    ready.credential_store().oidc_links.forget(account).await?;
    state.end_sessions_except(account, None).await?;
    state.revoke_personal_tokens(account).await?;
    Ok(StatusCode::NO_CONTENT)
}
