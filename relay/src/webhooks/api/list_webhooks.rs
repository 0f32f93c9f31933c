use axum::Json;
use axum::extract::State;
use futures::future::try_join_all;
use http_kit::{ApiProblem, Reader};

use super::super::{problem, registry, work};
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
    let bucket = state.webhooks().bucket()?;
    let webhooks = registry::list(bucket).await.map_err(problem)?;
    let works = try_join_all(webhooks.iter().map(|webhook| work::read(bucket, webhook.id)));
    let works = works.await.map_err(problem)?;
    let shown = webhooks.into_iter().zip(works);
    Ok(Json(shown.map(|(webhook, work)| WebhookView::new(&state, webhook, work)).collect()))
}
