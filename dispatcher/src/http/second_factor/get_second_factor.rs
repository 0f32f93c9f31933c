//! `GET /v1/accounts/me/second-factor`.

use api_types::second_factor::SecondFactorState;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http_kit::Reader;

use crate::credential_store::Factor;
use crate::http::command;
use crate::refusal::Refusal;

use super::private;

/// Whether log-ins to the caller's account need a second factor.
#[utoipa::path(
    get, path = "/v1/accounts/me/second-factor", tag = "sessions",
    responses(
        (status = 200, description = "What is asked for", body = SecondFactorState),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["session-required"]))),
)]
pub(crate) async fn get_second_factor(
    State(state): State<crate::State>,
    Reader(caller): Reader,
) -> Result<Response, Refusal> {
    caller.require_session()?;
    let ready = state.ready()?;
    let factor = ready.credential_store().second_factors.get(command::actor(&caller)?.account).await?;
    let left = match factor {
        Factor::Off => None,
        Factor::On { recovery_codes_left } => Some(recovery_codes_left),
    };
    // At most ten.
    let recovery_codes_left = left.map_or(0, |left| u64::try_from(left).unwrap_or(u64::MAX));
    Ok(private(StatusCode::OK, SecondFactorState { enabled: left.is_some(), recovery_codes_left }))
}
