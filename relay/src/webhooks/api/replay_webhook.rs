use axum::extract::State;
use consumers::{Choice, DurablesError};
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictJson, StrictPath};
use uuid::Uuid;

use super::super::{problem, registry};
use super::body::{self, ReplayWebhook};
use super::{field, find, not_found, require_operator};
use crate::AppState;

/// Sends events again: all from a position on, or those that are parked.
///
/// It begins within a few seconds. Events have the same `webhook-id` as before. Needs the role `operator` or `admin`.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}/replay", tag = "webhooks", request_body = ReplayWebhook,
    params(("webhook" = String, Path, format = Uuid, description = "Its id")),
    responses((status = 204, description = "It goes on from there")),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["role-required", "not-found", "position-ahead", "log-full"]))),
)]
pub(crate) async fn replay_webhook(
    State(state): State<AppState>,
    caller: Caller,
    StrictPath(id): StrictPath<Uuid>,
    body: StrictJson<ReplayWebhook>,
) -> Result<StatusCode, ApiProblem> {
    require_operator(&caller)?;
    let ReplayWebhook { after, parked, forget_parked } = body.value;
    let after = match (after, parked) {
        (Some(after), false) => Some(body::after(&state, &after).await?),
        (None, true) if !forget_parked => None,
        _ => return Err(field("after", "give either after, also with forgetParked, or parked")),
    };
    find(&state, id).await?;
    match after {
        Some(after) => go_on(&state, id, after, forget_parked).await?,
        None => retry(&state, id).await?,
    }
    tracing::info!(webhook = %id, by = caller.account, after, "a webhook is replayed");
    Ok(StatusCode::NO_CONTENT)
}

async fn go_on(state: &AppState, id: Uuid, after: i64, forget_parked: bool) -> Result<(), ApiProblem> {
    let webhooks = state.webhooks();
    let lineage =
        state.lineage().ok_or_else(|| ApiProblem::unavailable("the log has not been opened yet"))?;
    let (durables, name) = (webhooks.durables()?, id.to_string());
    durables.replay(&name, &lineage.0, after, forget_parked).await.map_err(problem)?;
    // Behind it: what it stopped at is not sent once more.
    let known =
        registry::update(webhooks.bucket()?, id, |webhook| webhook.stopped = None).await.map_err(problem)?;
    if known.is_none() {
        // Removed meanwhile.
        durables.remove(&name).await.map_err(problem)?;
        return Err(not_found());
    }
    webhooks.changed.notify_one();
    Ok(())
}

async fn retry(state: &AppState, id: Uuid) -> Result<(), ApiProblem> {
    match state.webhooks().durables()?.retry(&id.to_string(), &Choice::All).await {
        Ok(_) | Err(DurablesError::Unknown(_)) => Ok(()),
        Err(DurablesError::Bucket(error)) => Err(problem(error)),
        Err(error) => Err(ApiProblem::internal(error)),
    }
}
