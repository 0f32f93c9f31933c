//! `DELETE /v1/sessions/current`.

use api_types::codes;
use axum::extract::State;
use http::StatusCode;
use http_kit::{ApiProblem, Caller};

use crate::http::command;
use crate::refusal::Refusal;

/// Logs out: ends the session that the caller's access token belongs to.
///
/// Its tokens are void at once, for other services within seconds; so ending it again is `token-revoked`. An identity
/// without a session, such as an operator's token, gets 404.
#[utoipa::path(
    delete, path = "/v1/sessions/current", tag = "sessions",
    responses(
        (status = 204, description = "The session is over"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["not-found", "log-full"]))),
)]
pub(crate) async fn end_current_session(
    State(state): State<crate::State>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    let Some(session) = caller.session else {
        return Err(ApiProblem::new(codes::NOT_FOUND).detail("This identity belongs to no session.").into());
    };
    state.end_session(command::actor(&caller)?.account, session).await?;
    Ok(StatusCode::NO_CONTENT)
}
