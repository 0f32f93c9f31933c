//! `POST /v1/accounts/me/second-factor`.

use api_types::codes;
use api_types::second_factor::{ConfirmedByPassword, SecondFactorSecret};
use axum::extract::State;
use axum::response::Response;
use domain::Password;
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictJson};

use crate::auth::confirm_password;
use crate::credential_store::{SECRET_BYTES, authenticator};
use crate::http::command;
use crate::refusal::Refusal;

use super::private;

/// Gives a secret for an authenticator.
///
/// Nothing is asked for until a code of it was confirmed; until then each request gives another secret.
#[utoipa::path(
    post, path = "/v1/accounts/me/second-factor", tag = "sessions", request_body = ConfirmedByPassword,
    responses(
        (status = 201, description = "The secret", body = SecondFactorSecret),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["session-required", "password-wrong", "rate-limited", "second-factor-on", "log-full"]))),
)]
pub(crate) async fn enrol_second_factor(
    State(state): State<crate::State>,
    caller: Caller,
    body: StrictJson<ConfirmedByPassword>,
) -> Result<Response, Refusal> {
    caller.require_session()?;
    let account = command::actor(&caller)?.account;
    confirm_password(&state, account, &[Password::guess(&body.value.password)]).await?;
    let mut secret = [0; SECRET_BYTES];
    rand::fill(&mut secret);
    let shown = authenticator(secret, account).map_err(ApiProblem::internal)?;
    if !state.ready()?.credential_store().second_factors.enrol(account, secret).await? {
        return Err(ApiProblem::new(codes::SECOND_FACTOR_ON).into());
    }
    let (secret, url) = shown;
    Ok(private(StatusCode::CREATED, SecondFactorSecret { secret, url }))
}
