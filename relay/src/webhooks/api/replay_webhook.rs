use axum::extract::State;
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictJson, StrictPath};
use uuid::Uuid;

use super::super::{problem, registry};
use super::body::{self, ReplayWebhook};
use super::{find, not_found, require_operator};
use crate::AppState;

/// Sends events again, all from a position on.
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
    let ReplayWebhook { after, forget_parked } = body.value;
    let after = body::after(&state, &after).await?;
    find(&state, id).await?;
    go_on(&state, id, after, forget_parked).await?;
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
