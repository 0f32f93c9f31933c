//! `DELETE /v1/tokens`.

use axum::extract::State;
use http::StatusCode;
use http_kit::Caller;

use crate::http::command;
use crate::refusal::Refusal;

/// Revokes all personal tokens of the caller.
///
/// They are void at once, for other services within seconds, and no longer count.
#[utoipa::path(
    delete, path = "/v1/tokens", tag = "tokens",
    responses(
        (status = 204, description = "The tokens are void"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["session-required", "log-full"]))),
)]
pub(crate) async fn revoke_all_tokens(
    State(state): State<crate::State>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.require_session()?;
    state.revoke_personal_tokens(command::actor(&caller)?.account).await?;
    Ok(StatusCode::NO_CONTENT)
}
