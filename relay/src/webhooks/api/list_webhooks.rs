use axum::Json;
use axum::extract::State;
use futures::future::try_join_all;
use http_kit::{ApiProblem, Reader};

use super::super::{problem, registry};
use super::body::WebhookView;
use super::require_operator;
use crate::AppState;

/// Lists the webhooks, and how each is doing.
///
/// Secrets are not told again. Needs the role `operator` or `admin`.
#[utoipa::path(
    get, path = "/v1/webhooks", tag = "webhooks",
    responses((status = 200, description = "All of them", body = Vec<WebhookView>)),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["role-required", "invalid-parameter"]))),
)]
pub(crate) async fn list_webhooks(
    State(state): State<AppState>,
    Reader(caller): Reader,
) -> Result<Json<Vec<WebhookView>>, ApiProblem> {
    require_operator(&caller)?;
    let webhooks = registry::list(state.webhooks().bucket()?).await.map_err(problem)?;
    let durables = try_join_all(webhooks.iter().map(|webhook| state.webhooks().durable(webhook.id))).await?;
    let shown = webhooks.into_iter().zip(durables);
    Ok(Json(shown.map(|(webhook, durable)| WebhookView::new(&state, webhook, durable)).collect()))
}
