use axum::Json;
use axum::extract::State;
use http_kit::{ApiProblem, Reader, StrictPath};
use uuid::Uuid;

use super::body::WebhookView;
use super::{find, require_operator};
use crate::AppState;

/// Shows a webhook, and how it is doing.
///
/// Needs the role `operator` or `admin`.
#[utoipa::path(
    get, path = "/v1/webhooks/{webhook}", tag = "webhooks",
    params(("webhook" = String, Path, format = Uuid, description = "Its id")),
    responses((status = 200, description = "The webhook", body = WebhookView)),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["role-required", "not-found", "invalid-parameter"]))),
)]
pub(crate) async fn get_webhook(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictPath(id): StrictPath<Uuid>,
) -> Result<Json<WebhookView>, ApiProblem> {
    require_operator(&caller)?;
    let webhook = find(&state, id).await?;
    let durable = state.webhooks().durable(id).await?;
    Ok(Json(WebhookView::new(&state, webhook, durable)))
}
