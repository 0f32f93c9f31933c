//! `POST /v1/accounts/me/password`.

use api_types::sessions::ChangePassword;
use axum::extract::State;
use domain::Password;
use http::StatusCode;
use http_kit::{Caller, ClientAddress, StrictJson};

use crate::auth::{Confirmation, confirm_owner, hash_new_password};
use crate::http::command;
use crate::refusal::Refusal;

/// Gives the caller's account a new password, and ends all its other sessions at once.
///
/// This session goes on, and so do personal tokens. An account without a password gets its first one with `oidcProof`. A repetition, whose new password is the present one already, is
/// answered like the first time. Wrong passwords slow the next try down.
#[utoipa::path(
    post, path = "/v1/accounts/me/password", tag = "sessions", request_body = ChangePassword,
    responses(
        (status = 204, description = "The password is another one"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["password-wrong", "oidc-proof-invalid", "session-required", "rate-limited", "log-full", "PasswordMustHaveGoodLength",
        "password-too-weak", "overloaded"]))),
)]
pub(crate) async fn change_password(
    State(state): State<crate::State>,
    caller: Caller,
    address: ClientAddress,
    body: StrictJson<ChangePassword>,
) -> Result<StatusCode, Refusal> {
    let session = caller.require_session()?;
    let account = command::actor(&caller)?.account;
    let new = Password::parse(&body.value.new_password)?;
    let ChangePassword { current_password, oidc_proof, .. } = body.value;
    let mut confirmation = Confirmation::of(current_password.as_deref(), oidc_proof)?;
    if let Confirmation::Passwords(accepted) = &mut confirmation {
        // The new one, too: an answer may have got lost after the password was replaced.
        accepted.push(new.clone());
    }
    confirm_owner(&state, account, &confirmation).await?;
    // The password first: who is thrown out must not come back with the old one. A process that dies in between leaves
    // the other sessions to the repetition.
    let hash = hash_new_password(&state, account, new, address).await?;
    let ready = state.ready()?;
    ready.credential_store().credentials.put(account, &hash).await?;
    // What whoever knew the old one asked for.
    ready.credential_store().addresses.forget_codes(account).await?;
    state.end_sessions_except(account, Some(session)).await?;
    Ok(StatusCode::NO_CONTENT)
}
