use axum::Json;
use axum::extract::State;
use consumers::{Choice, DurablesError};
use http_kit::{ApiProblem, Caller, StrictPath};
use uuid::Uuid;

use super::super::problem;
use super::body::Retried;
use super::{find, require_operator};
use crate::AppState;

/// Sends the events again that are parked, and no others.
///
/// It begins within a few seconds, and each has as many tries as a new one; of one that is stopped, once it is replayed. They come behind later ones of their accounts, with the same `webhook-id` as before. Needs the
/// role `operator` or `admin`.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}/parked/retry", tag = "webhooks",
    params(("webhook" = String, Path, format = Uuid, description = "Its id")),
    responses((status = 200, description = "They are tried", body = Retried)),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["role-required", "not-found", "log-full"]))),
)]
pub(crate) async fn retry_parked_deliveries(
    State(state): State<AppState>,
    caller: Caller,
    StrictPath(id): StrictPath<Uuid>,
) -> Result<Json<Retried>, ApiProblem> {
    require_operator(&caller)?;
    find(&state, id).await?;
    let events = match state.webhooks().durables()?.retry(&id.to_string(), &Choice::All).await {
        Ok(events) => events,
        // It was removed meanwhile, with what was parked.
        Err(DurablesError::Unknown(_)) => 0,
        Err(DurablesError::Bucket(error)) => return Err(problem(error)),
        Err(error) => return Err(ApiProblem::internal(error)),
    };
    tracing::info!(webhook = %id, by = caller.account, events, "what is parked is sent again");
    Ok(Json(Retried { events }))
}
