use axum::extract::State;
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictPath};
use uuid::Uuid;

use super::super::{problem, registry};
use super::{not_found, require_operator};
use crate::AppState;

/// Removes a webhook, with its secret, its position and what is parked.
///
/// Needs the role `operator` or `admin`.
#[utoipa::path(
    delete, path = "/v1/webhooks/{webhook}", tag = "webhooks",
    params(("webhook" = String, Path, format = Uuid, description = "Its id")),
    responses((status = 204, description = "Removed")),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["role-required", "not-found", "log-full"]))),
)]
pub(crate) async fn remove_webhook(
    State(state): State<AppState>,
    caller: Caller,
    StrictPath(id): StrictPath<Uuid>,
) -> Result<StatusCode, ApiProblem> {
    require_operator(&caller)?;
    let bucket = state.webhooks().bucket()?;
    if !registry::remove(bucket, id).await.map_err(problem)? {
        return Err(not_found());
    }
    state.webhooks().changed.notify_one();
    tracing::info!(webhook = %id, by = caller.account, "a webhook was removed");
    // What is left of it after a crash here says nothing to anybody.
    state.webhooks().durables()?.remove(&id.to_string()).await.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT)
}
