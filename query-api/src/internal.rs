//! What other services of the installation ask, and the public must not reach.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use http_kit::{ApiProblem, StrictQuery};
use serde::Deserialize;
use serde_json::json;

use crate::AppState;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    /// Of the log that the asker knows.
    lineage: String,
    position: i64,
    wait_milliseconds: u64,
}

/// Merge it beside the routes of operations.
pub fn internal_routes(state: AppState) -> Router {
    Router::new().route("/internal/position", get(reach)).with_state(state)
}

/// The position that every query shows, once it is not before another one or the wait is over.
async fn reach(
    State(state): State<AppState>,
    StrictQuery(wanted): StrictQuery<Wanted>,
) -> Result<Response, ApiProblem> {
    let wait = Duration::from_millis(wanted.wait_milliseconds);
    let reached = state.reach(&wanted.lineage, wanted.position, wait).await;
    let position = reached.ok_or_else(|| ApiProblem::unavailable("the position is not known"))?;
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((no_store, Json(json!({"position": position}))).into_response())
}
