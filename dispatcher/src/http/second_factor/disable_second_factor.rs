//! `POST /v1/accounts/me/second-factor/disable`.

use api_types::second_factor::ConfirmedByPassword;
use axum::extract::State;
use domain::Password;
use http::StatusCode;
use http_kit::{Caller, StrictJson};

use crate::auth::confirm_password;
use crate::http::command;
use crate::refusal::Refusal;

/// Asks for no second factor any more. Repeating it does no harm.
#[utoipa::path(
    post, path = "/v1/accounts/me/second-factor/disable", tag = "sessions", request_body = ConfirmedByPassword,
    responses(
        (status = 204, description = "The password is enough"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["session-required", "password-wrong", "rate-limited", "log-full"]))),
)]
pub(crate) async fn disable_second_factor(
    State(state): State<crate::State>,
    caller: Caller,
    body: StrictJson<ConfirmedByPassword>,
) -> Result<StatusCode, Refusal> {
    caller.require_session()?;
    let account = command::actor(&caller)?.account;
    confirm_password(&state, account, &[Password::guess(&body.value.password)]).await?;
    state.ready()?.credential_store().second_factors.forget(account).await?;
    Ok(StatusCode::NO_CONTENT)
}
