//! `GET /.well-known/jwks.json`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http_kit::ApiProblem;
use utoipa::ToSchema;

/// A JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037).
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) struct JwkSet {
    keys: Vec<Jwk>,
}

/// A public key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) struct Jwk {
    #[schema(example = "OKP")]
    kty: String,
    #[schema(example = "Ed25519")]
    crv: String,
    x: String,
    kid: String,
    #[schema(example = "EdDSA")]
    alg: String,
    #[schema(example = "sig")]
    r#use: String,
}

/// The public keys that access tokens of sessions are verified with.
///
/// A JSON Web Key Set (RFC 7517): the key that signs, and the retired ones whose tokens may still be good. A token that
/// names another key may be signed by one that is newer: ask again.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "sessions",
    responses(
        (status = 200, description = "The keys", body = JwkSet),
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
