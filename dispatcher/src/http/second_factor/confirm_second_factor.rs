//! `POST /v1/accounts/me/second-factor/confirm`.

use api_types::codes;
use api_types::second_factor::{ConfirmSecondFactor, RecoveryCodes as Body};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictJson};
use time::OffsetDateTime;

use crate::credential_store::{RecoveryCodes, Try};
use crate::http::command;
use crate::refusal::Refusal;

use super::private;

/// Asks for a second factor from now on, and gives ten recovery codes.
///
/// Needs a code of the secret that was enrolled. Other sessions go on.
#[utoipa::path(
    post, path = "/v1/accounts/me/second-factor/confirm", tag = "sessions", request_body = ConfirmSecondFactor,
    responses(
        (status = 200, description = "It is asked for from now on", body = Body),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["session-required", "otp-invalid", "rate-limited", "log-full"]))),
)]
pub(crate) async fn confirm_second_factor(
    State(state): State<crate::State>,
    caller: Caller,
    body: StrictJson<ConfirmSecondFactor>,
) -> Result<Response, Refusal> {
    caller.require_session()?;
    let account = command::actor(&caller)?.account;
    let (ready, now) = (state.ready()?, OffsetDateTime::now_utc());
    let store = ready.credential_store();
    let attempt = Try::Code(account);
    store.attempts.begin(&attempt, now).await?.or_refuse()?;
    let codes = RecoveryCodes::draw();
    let second = now.unix_timestamp().unsigned_abs();
    if !store.second_factors.confirm(account, &body.value.code, &codes, second).await? {
        return Err(ApiProblem::new(codes::OTP_INVALID).into());
    }
    store.attempts.clear(&attempt).await?;
    Ok(private(StatusCode::OK, Body { recovery_codes: codes.0 }))
}
