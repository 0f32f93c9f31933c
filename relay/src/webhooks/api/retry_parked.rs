use axum::extract::State;
use consumers::{Choice, DurablesError};
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictPath};
use uuid::Uuid;

use super::super::problem;
use super::{find, require_operator};
use crate::AppState;

/// Sends the events again that are parked, and no others.
///
/// It begins within a few seconds. They come behind later ones of their accounts, with the same `webhook-id` as before. Needs the
/// role `operator` or `admin`.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}/parked/retry", tag = "webhooks",
    params(("webhook" = String, Path, format = Uuid, description = "Its id")),
    responses((status = 204, description = "They are tried")),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["role-required", "not-found", "log-full"]))),
)]
pub(crate) async fn retry_parked_deliveries(
    State(state): State<AppState>,
    caller: Caller,
    StrictPath(id): StrictPath<Uuid>,
) -> Result<StatusCode, ApiProblem> {
    require_operator(&caller)?;
    find(&state, id).await?;
    match state.webhooks().durables()?.retry(&id.to_string(), &Choice::All).await {
        // One that was not served so far has nothing parked.
        Ok(_) | Err(DurablesError::Unknown(_)) => {}
        Err(DurablesError::Bucket(error)) => return Err(problem(error)),
        Err(error) => return Err(ApiProblem::internal(error)),
    }
    tracing::info!(webhook = %id, by = caller.account, "what is parked is sent again");
    Ok(StatusCode::NO_CONTENT)
}
