use api_types::projections::ProjectionStatus;
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, At, ProjectionRow, ReadError};
use http_kit::Reader;
use http_kit::query::{NoParameters, StrictQuery};

use super::status::status;
use crate::AppState;
use crate::conditions::{Conditions, ReadHeaders};
use crate::refusal::Refusal;

/// Says how far every projection has folded the log.
///
/// One entry per projection and shard: its position, the newest event that its worker knows of, and the lag between the
/// two in events and in seconds. An idle projection is distinguished from one that is stuck. It says how many events
/// are parked or wait, not which and why; analysts find that in `published.parked_events`, operators with `rookery
/// parked`.
#[utoipa::path(
    get,
    path = "/v1/projections",
    tag = "system",
    security(("bearer" = [])),
    params(
        ReadHeaders,
    ),
    responses(
        (status = 200, description = "The state of every projection.", body = [ProjectionStatus]),
    ),
)]
pub(crate) async fn list_projections(
    State(state): State<AppState>,
    _caller: Reader,
    _query: StrictQuery<NoParameters>,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    let found = state.positions.answer(&conditions.awaited, || rows(&state)).await?;
    conditions.answer(&found.map(|rows| rows.into_iter().map(status).collect::<Vec<_>>()))
}

async fn rows(state: &AppState) -> Result<At<Vec<ProjectionRow>>, ReadError> {
    let rows = read::list_projections(&state.pool).await?;
    let position = rows.iter().find(|row| row.is_shown_in_messages()).map_or(0, |row| row.position);
    Ok(At { position, value: rows })
}
