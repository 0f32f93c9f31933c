//! `POST /v1/accounts/me/second-factor/disable`.

use api_types::second_factor::Confirm;
use axum::extract::State;
use http::StatusCode;
use http_kit::{Caller, StrictJson};

use crate::auth::{Confirmation, confirm_owner};
use crate::http::command;
use crate::refusal::Refusal;

/// Asks for no second factor any more.
///
/// Repeating it does no harm.
#[utoipa::path(
    post, path = "/v1/accounts/me/second-factor/disable", tag = "sessions", request_body = Confirm,
    responses(
        (status = 204, description = "The password is enough"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["session-required", "password-wrong", "oidc-proof-invalid", "rate-limited", "log-full"]))),
)]
pub(crate) async fn disable_second_factor(
    State(state): State<crate::State>,
    caller: Caller,
    body: StrictJson<Confirm>,
) -> Result<StatusCode, Refusal> {
    caller.require_session()?;
    let account = command::actor(&caller)?.account;
    let Confirm { password, oidc_proof } = body.value;
    let confirmation = Confirmation::of(password.as_deref(), oidc_proof)?;
    confirm_owner(&state, account, &confirmation).await?;
    state.ready()?.credential_store().second_factors.forget(account).await?;
    Ok(StatusCode::NO_CONTENT)
}
