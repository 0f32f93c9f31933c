//! `DELETE /v1/registrations/{handle}`.

use api_types::codes;
use axum::extract::State;
use domain::Handle;
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictPath};

use super::require_operator;
use crate::refusal::Refusal;

/// Turns somebody away who waits to be registered.
///
/// Nothing is kept of the request. Needs the role `operator` or `admin`.
#[utoipa::path(
    delete, path = "/v1/registrations/{handle}", tag = "registrations",
    params(("handle" = String, Path, description = "The handle that was asked for")),
    responses(
        (status = 204, description = "Turned away"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["role-required", "not-found", "HandleMustBeWellFormed", "log-full"]))),
)]
pub(crate) async fn reject_registration(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(handle): StrictPath<String>,
) -> Result<StatusCode, Refusal> {
    require_operator(&caller)?;
    let handle = Handle::parse(&handle)?;
    if state.ready()?.credential_store().requests.remove(&handle).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(ApiProblem::new(codes::NOT_FOUND).detail("Nobody waits for this handle.").into())
}
