//! `POST /v1/password-resets/confirm`.

use api_types::codes;
use api_types::email::ResetPassword;
use axum::extract::State;
use domain::Password;
use http::StatusCode;
use http_kit::{ApiProblem, StrictJson};
use time::OffsetDateTime;

use crate::mail::MailToken;
use crate::refusal::Refusal;

/// Chooses a new password with the code of a mail.
///
/// All sessions and personal tokens of the account end at once. A second factor is asked for as before.
#[utoipa::path(
    post, path = "/v1/password-resets/confirm", tag = "sessions", request_body = ResetPassword,
    responses(
        (status = 204, description = "The password is another one"),
    ),
    extensions(("x-problems" = json!(["mail-token-invalid", "PasswordMustHaveGoodLength", "log-full"]))),
)]
pub(crate) async fn reset_password(
    State(state): State<crate::State>,
    body: StrictJson<ResetPassword>,
) -> Result<StatusCode, Refusal> {
    let invalid = || Refusal::from(ApiProblem::new(codes::MAIL_TOKEN_INVALID));
    let password = Password::parse(&body.value.new_password)?;
    let token = MailToken::parse(&body.value.token).ok_or_else(invalid)?;
    let (account, ready) = (token.account, state.ready()?);
    let addresses = &ready.credential_store().addresses;
    // Used up before anything else, so that it is good once; whatever fails from here on, another mail helps.
    if !addresses.use_reset(account, &token.hashed(), OffsetDateTime::now_utc()).await?
        || !ready.executor().is_active(account).await?
    {
        return Err(invalid());
    }
    state.store_credential(account, password).await?;
    state.end_sessions_except(account, None).await?;
    state.revoke_personal_tokens(account).await?;
    Ok(StatusCode::NO_CONTENT)
}
