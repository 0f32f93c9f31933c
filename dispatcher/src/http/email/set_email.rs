//! `PUT /v1/accounts/me/email`.

use api_types::email::SetEmail;
use axum::extract::State;
use http::StatusCode;
use http_kit::{Caller, ClientAddress, StrictJson};
use lettre::Address;

use crate::auth::{Confirmation, confirm_owner};
use crate::credential_store::MailAddress;
use crate::http::command;
use crate::mail::Mail;
use crate::refusal::Refusal;

/// RFC 5321 §4.5.3.1.3, without the angle brackets.
const BYTES_MAX: usize = 254;

/// Gives the caller's account an e-mail address, or takes it away.
///
/// The address gets a code, and is the account's once that comes back; until then the one before stays. An address gets
/// at most five mails a day, and so many are sent for an account; of more nothing is said. Without `email` the account has
/// no address any more.
#[utoipa::path(
    put, path = "/v1/accounts/me/email", tag = "sessions", request_body = SetEmail,
    responses(
        (status = 202, description = "The address gets a mail"),
        (status = 204, description = "The account has no address"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["session-required", "password-wrong", "oidc-proof-invalid", "rate-limited", "mail-not-configured", "log-full"]))),
)]
pub(crate) async fn set_email(
    State(state): State<crate::State>,
    caller: Caller,
    from: ClientAddress,
    body: StrictJson<SetEmail>,
) -> Result<StatusCode, Refusal> {
    caller.require_session()?;
    let account = command::actor(&caller)?.account;
    let address = body.value.email.as_deref().map(checked).transpose()?;
    let confirmation = Confirmation::of(body.value.password.as_deref(), body.value.oidc_proof)?;
    confirm_owner(&state, account, &confirmation).await?;
    match address {
        Some(address) => {
            state.mail_queue()?.send(Mail::Confirm { account, address }, from)?;
            Ok(StatusCode::ACCEPTED)
        }
        None => {
            state.ready()?.credential_store().addresses.forget(account).await?;
            Ok(StatusCode::NO_CONTENT)
        }
    }
}

fn checked(text: &str) -> Result<MailAddress, Refusal> {
    let text = text.trim();
    match text.parse::<Address>() {
        Ok(address) if text.len() <= BYTES_MAX => Ok(MailAddress::new(address.to_string())),
        _ => Err(Refusal::field("email", "an address like ada@example.org, of at most 254 bytes")),
    }
}
