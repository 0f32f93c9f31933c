//! Every route of the read API.

use axum::Router;
use axum::routing::get;

use crate::messages::{get_counts, get_history, get_message, list_messages};
use crate::projections::list_projections;
use crate::{AppState, openapi};

/// The routes, all of them for GET (and with it HEAD), without fallbacks: a process that also takes commands merges the
/// dispatcher's methods into the same paths.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/v1/messages", get(list_messages))
        .route("/v1/messages/counts", get(get_counts))
        .route("/v1/messages/{id}", get(get_message))
        .route("/v1/messages/{id}/history", get(get_history))
        .route("/v1/projections", get(list_projections))
        .with_state(state)
        .route("/openapi.json", get(openapi::document))
        .route("/asyncapi.yaml", get(openapi::events))
        .route("/docs/errors", get(openapi::errors))
        .merge(openapi::browser())
}
