//! `POST /v1/email-confirmations`.

use api_types::codes;
use api_types::email::ConfirmEmail;
use axum::extract::State;
use http::StatusCode;
use http_kit::{ApiProblem, StrictJson};
use time::OffsetDateTime;

use crate::mail::MailToken;
use crate::refusal::Refusal;

/// Makes an address that got a mail the account's.
///
/// Needs no identity: the code of the mail is one. It is good once, for a day.
#[utoipa::path(
    post, path = "/v1/email-confirmations", tag = "sessions", request_body = ConfirmEmail,
    responses(
        (status = 204, description = "The address is the account's"),
    ),
    extensions(("x-rate" = json!("log-in")), ("x-problems" = json!(["mail-token-invalid", "log-full"]))),
)]
pub(crate) async fn confirm_email(
    State(state): State<crate::State>,
    body: StrictJson<ConfirmEmail>,
) -> Result<StatusCode, Refusal> {
    let invalid = || Refusal::from(ApiProblem::new(codes::MAIL_TOKEN_INVALID));
    let token = MailToken::parse(&body.value.token).ok_or_else(invalid)?;
    let ready = state.ready()?;
    let addresses = &ready.credential_store().addresses;
    if addresses.confirm(token.account, &token.hashed(), OffsetDateTime::now_utc()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(invalid())
    }
}
