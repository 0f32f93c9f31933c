//! `DELETE /v1/sessions`.

use axum::extract::State;
use http::StatusCode;
use http_kit::Caller;

use crate::http::command;
use crate::refusal::Refusal;

/// Logs out everywhere: ends all sessions of the caller, this one, too.
///
/// Their tokens are void at once, for other services within seconds; so a repetition is `token-revoked`. Personal tokens
/// stay good.
#[utoipa::path(
    delete, path = "/v1/sessions", tag = "sessions",
    responses(
        (status = 204, description = "All sessions are over"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["session-required", "log-full"]))),
)]
pub(crate) async fn end_all_sessions(
    State(state): State<crate::State>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.require_session()?;
    state.end_sessions_except(command::actor(&caller)?.account, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
