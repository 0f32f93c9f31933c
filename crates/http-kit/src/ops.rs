//! `/livez`, `/readyz` and `/metrics` as axum routes.

use api_types::codes;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::Uri;
use service_kit::health::Health;
use service_kit::ops::{LIVEZ, METRICS, READYZ, respond};

use crate::problem::ApiProblem;

/// The routes. Merge them *after* [`crate::standard()`], so that probes are answered while requests are refused for
/// load, and fill neither the log nor the histograms.
pub fn routes(health: Health) -> Router {
    Router::new()
        .route(LIVEZ, get(answer))
        .route(READYZ, get(answer))
        .route(METRICS, get(answer))
        .method_not_allowed_fallback(|| async { ApiProblem::new(codes::METHOD_NOT_ALLOWED) })
        .with_state(health)
}

async fn answer(State(health): State<Health>, uri: Uri) -> Response {
    match respond(uri.path(), &health).await {
        Some(response) => response.map(Body::new),
        None => ApiProblem::new(codes::NOT_FOUND).into_response(),
    }
}
