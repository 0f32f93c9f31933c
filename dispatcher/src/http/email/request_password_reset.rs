//! `POST /v1/password-resets`.

use api_types::email::RequestPasswordReset;
use axum::extract::State;
use domain::Handle;
use http::StatusCode;
use http_kit::{ClientAddress, StrictJson};

use crate::mail::Mail;
use crate::refusal::Refusal;

/// Mails a code for a new password to the owner of a handle.
///
/// The answer is the same whether or not somebody has the handle, and an address that is confirmed. The code is good
/// once, for an hour; a newer one takes its place.
#[utoipa::path(
    post, path = "/v1/password-resets", tag = "sessions", request_body = RequestPasswordReset,
    responses(
        (status = 202, description = "If there is an address, it gets a mail"),
    ),
    extensions(("x-rate" = json!("log-in")), ("x-problems" = json!(["mail-not-configured", "rate-limited"]))),
)]
pub(crate) async fn request_password_reset(
    State(state): State<crate::State>,
    address: ClientAddress,
    body: StrictJson<RequestPasswordReset>,
) -> Result<StatusCode, Refusal> {
    let queue = state.mail_queue()?;
    // What cannot be a handle belongs to nobody.
    if let Ok(handle) = Handle::parse(&body.value.handle) {
        queue.send(Mail::Reset { handle }, address)?;
    }
    Ok(StatusCode::ACCEPTED)
}
