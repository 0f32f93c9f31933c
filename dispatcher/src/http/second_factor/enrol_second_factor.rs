//! `POST /v1/accounts/me/second-factor`.

use api_types::codes;
use api_types::second_factor::{Confirm, SecondFactorSecret};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictJson};

use crate::auth::{Confirmation, confirm_owner};
use crate::credential_store::{SECRET_BYTES, authenticator};
use crate::http::command;
use crate::refusal::Refusal;

use super::private;

/// Gives a secret for an authenticator.
///
/// Nothing is asked for until a code of it was confirmed; until then each request gives another secret.
#[utoipa::path(
    post, path = "/v1/accounts/me/second-factor", tag = "sessions", request_body = Confirm,
    responses(
        (status = 201, description = "The secret", body = SecondFactorSecret),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["session-required", "password-wrong", "oidc-proof-invalid", "rate-limited", "second-factor-on", "log-full"]))),
)]
pub(crate) async fn enrol_second_factor(
    State(state): State<crate::State>,
    caller: Caller,
    body: StrictJson<Confirm>,
) -> Result<Response, Refusal> {
    caller.require_session()?;
    let account = command::actor(&caller)?.account;
    let Confirm { password, oidc_proof } = body.value;
    let confirmation = Confirmation::of(password.as_deref(), oidc_proof)?;
    confirm_owner(&state, account, &confirmation).await?;
    let mut secret = [0; SECRET_BYTES];
    rand::fill(&mut secret);
    let shown = authenticator(secret, account).map_err(ApiProblem::internal)?;
    if !state.ready()?.credential_store().second_factors.enrol(account, secret).await? {
        return Err(ApiProblem::new(codes::SECOND_FACTOR_ON).into());
    }
    let (secret, url) = shown;
    Ok(private(StatusCode::CREATED, SecondFactorSecret { secret, url }))
}
