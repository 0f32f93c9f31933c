//! `DELETE /v1/invitations/{invitation}`.

use api_types::codes;
use axum::extract::State;
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictPath};

use super::require_operator;
use crate::refusal::Refusal;

/// Withdraws an invitation: nobody more can register with it.
///
/// Who did keeps their account. Needs the role `operator` or `admin`.
#[utoipa::path(
    delete, path = "/v1/invitations/{invitation}", tag = "registrations",
    params(("invitation" = String, Path, description = "The invitation's id, which is not its code")),
    responses(
        (status = 204, description = "Withdrawn"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["role-required", "not-found", "log-full"]))),
)]
pub(crate) async fn withdraw_invitation(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
) -> Result<StatusCode, Refusal> {
    require_operator(&caller)?;
    if state.ready()?.credential_store().invitations.withdraw(&id).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(ApiProblem::new(codes::NOT_FOUND).detail("There is no such invitation.").into())
}
