//! The documents that this service shows: the description of both APIs with a browser for it, of the events, of the
//! error codes, and of what analysts see.

use axum::Router;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::{HeaderName, HeaderValue};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Both APIs in one document, generated and checked in.
const DOCUMENT: &str = include_str!("../../docs/openapi.json");
const EVENTS: &str = include_str!("../../docs/asyncapi.yaml");
const ERRORS: &str = include_str!("../../docs/ERRORS.md");
const DATA_SET: &str = include_str!("../../docs/DATA_SET.md");

/// The one page of ours. It is built from files of this origin, talks to this origin alone, and is shown in no frame.
/// Swagger UI has one style within its logo, which is not worth an exception.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const PERMISSIONS: HeaderValue =
    HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()");

pub(crate) fn routes() -> Router {
    // Without a validator, the page would otherwise have a stranger's server read the document.
    let page = SwaggerUi::new("/docs").config(Config::from("/openapi.json").validator_url("none"));
    Router::new()
        .route("/openapi.json", get(document))
        .route("/asyncapi.yaml", get(events))
        .route("/docs/errors", get(errors))
        .route("/docs/data-set", get(data_set))
        .merge(Router::from(page).layer(map_response(harden)))
}

async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, PAGE_POLICY);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
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

/// Every view and column; the catalogue points here.
async fn data_set() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/markdown; charset=utf-8")], DATA_SET)
}
