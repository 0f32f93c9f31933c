use axum::extract::State;
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictJson, StrictPath};
use uuid::Uuid;

use super::super::{problem, work};
use super::body::{self, ReplayWebhook};
use super::{find, require_operator};
use crate::AppState;

/// Sends events again, from a position on; a webhook that stopped goes on there.
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
    work::replay(state.webhooks().bucket()?, id, after, forget_parked).await.map_err(problem)?;
    tracing::info!(webhook = %id, by = caller.account, after, "a webhook is replayed");
    Ok(StatusCode::NO_CONTENT)
}
