//! `DELETE /v1/sessions/{id}`.

use api_types::codes;
use axum::extract::State;
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictPath};
use uuid::Uuid;

use crate::http::command;
use crate::refusal::Refusal;

/// Ends one of the caller's sessions.
///
/// Its tokens are void at once, for other services within seconds.
#[utoipa::path(
    delete, path = "/v1/sessions/{session}", tag = "sessions",
    params(("session" = String, Path, format = Uuid, description = "As the list of sessions names it")),
    responses(
        (status = 204, description = "The session is over"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["not-found", "session-required", "log-full"]))),
)]
pub(crate) async fn end_session(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(session): StrictPath<Uuid>,
) -> Result<StatusCode, Refusal> {
    caller.require_session()?;
    if state.end_session(command::actor(&caller)?.account, session).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiProblem::new(codes::NOT_FOUND).detail("The caller has no such session.").into())
    }
}
