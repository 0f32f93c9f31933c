//! The documents that this service shows: the description of both APIs with a browser for it, of the events, and of the
//! error codes.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Both APIs in one document, generated and checked in.
const DOCUMENT: &str = include_str!("../../docs/openapi.json");
const EVENTS: &str = include_str!("../../docs/asyncapi.yaml");
const ERRORS: &str = include_str!("../../docs/ERRORS.md");

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/openapi.json", get(document))
        .route("/asyncapi.yaml", get(events))
        .route("/docs/errors", get(errors))
        .merge(SwaggerUi::new("/docs").config(Config::from("/openapi.json")))
}

async fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT)
}

/// What the events are, for consumers of the log.
async fn events() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/yaml")], EVENTS)
}

/// What each error code means; the `type` of every problem points here.
async fn errors() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/markdown; charset=utf-8")], ERRORS)
}
