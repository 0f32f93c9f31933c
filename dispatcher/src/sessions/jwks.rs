//! `GET /.well-known/jwks.json`.

use api_types::problem::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http_kit::ApiProblem;

/// The public keys that access tokens of sessions are verified with.
///
/// A JSON Web Key Set (RFC 7517): the key that signs, and the retired ones whose tokens may still be good. A token that
/// names another key may be signed by one that is newer: ask again.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "sessions",
    responses(
        (status = 200, description = "The keys. Header: Cache-Control", body = serde_json::Value),
        (status = 503, description = "The keys are not known yet", body = Problem),
    ),
)]
pub(crate) async fn get_jwks(State(state): State<crate::State>) -> Result<Response, ApiProblem> {
    let jwks = state.signing_keys().jwks().await?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
    ];
    Ok((headers, jwks).into_response())
}
