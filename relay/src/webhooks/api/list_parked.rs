use axum::Json;
use axum::extract::State;
use http_kit::{ApiProblem, Reader, StrictPath};
use uuid::Uuid;

use super::body::ParkedDelivery;
use super::{find, require_operator};
use crate::AppState;

/// Lists the events that a webhook's receiver did not take, and that were given up.
///
/// At most 100; further ones are tried on. A retry sends them again. Needs the role `operator` or `admin`.
#[utoipa::path(
    get, path = "/v1/webhooks/{webhook}/parked", tag = "webhooks",
    params(("webhook" = String, Path, format = Uuid, description = "Its id")),
    responses((status = 200, description = "In the order in which they were given up", body = Vec<ParkedDelivery>)),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["role-required", "not-found", "invalid-parameter"]))),
)]
pub(crate) async fn list_parked_deliveries(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictPath(id): StrictPath<Uuid>,
) -> Result<Json<Vec<ParkedDelivery>>, ApiProblem> {
    require_operator(&caller)?;
    find(&state, id).await?;
    let durable = state.webhooks().durable(id).await?;
    let parked = durable.map(|durable| durable.parked).unwrap_or_default();
    Ok(Json(parked.into_iter().map(ParkedDelivery::from).collect()))
}
