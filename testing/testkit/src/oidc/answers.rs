//! What the provider answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Endpoint, Fault, World, lock};

/// More than any client should read.
const ENDLESS_BYTES: usize = 64 << 20;

pub(super) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/realms/test/.well-known/openid-configuration", get(discovery))
        .route("/realms/test/keys", get(keys))
        .route("/realms/test/token", post(token))
        .with_state(world)
}

async fn discovery(State(world): State<Arc<World>>) -> Response {
    if let Some(fault) = count(&world, Endpoint::Discovery) {
        return misbehave(fault).await;
    }
    let issuer = &world.issuer;
    let behaviour = lock(&world.behaviour);
    let named = behaviour.issuer.as_ref().unwrap_or(issuer);
    json_answer(&json!({
        "issuer": named,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "authorization_response_iss_parameter_supported": behaviour.sends_issuer,
    }))
}

async fn keys(State(world): State<Arc<World>>) -> Response {
    if let Some(fault) = count(&world, Endpoint::Keys) {
        return misbehave(fault).await;
    }
    let keys: Vec<Value> = lock(&world.keys).iter().map(super::ProviderKey::public_jwk).collect();
    json_answer(&json!({ "keys": keys }))
}

async fn token(State(world): State<Arc<World>>, headers: HeaderMap, body: String) -> Response {
    if let Some(fault) = count(&world, Endpoint::Token) {
        return misbehave(fault).await;
    }
    match redeem(&world, &headers, &body) {
        Ok(token) => json_answer(&json!({
            "access_token": "not for you", "token_type": "Bearer", "expires_in": 60, "id_token": token,
        })),
        Err(error) => (StatusCode::BAD_REQUEST, json_answer(&json!({ "error": error }))).into_response(),
    }
}

/// RFC 6749 §4.1.3 and RFC 7636 §4.6.
fn redeem(world: &World, headers: &HeaderMap, body: &str) -> Result<String, &'static str> {
    if !is_client(world, headers) {
        return Err("invalid_client");
    }
    let form: BTreeMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    if field("grant_type") != "authorization_code" {
        return Err("unsupported_grant_type");
    }
    let mut codes = lock(&world.codes);
    let code = codes.get(field("code")).cloned().ok_or("invalid_grant")?;
    let behaviour = lock(&world.behaviour);
    if !behaviour.keeps_codes {
        codes.remove(field("code"));
        // So that the next one has another name.
        codes.insert(format!("used-{}", field("code")), code.clone());
    }
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
    if challenge != code.challenge || field("redirect_uri") != code.redirect_uri {
        return Err("invalid_grant");
    }
    if let Some(token) = &behaviour.token {
        return Ok(token.clone());
    }
    let mut said = world.said(&code.subject, &code.nonce);
    if let Some(tamper) = &behaviour.tamper {
        tamper(&mut said);
    }
    Ok(lock(&world.keys)[0].sign(&said))
}

fn is_client(world: &World, headers: &HeaderMap) -> bool {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let expected = format!("{}:{}", encode(&world.client_id), encode(&world.client_secret));
    sent == format!("Basic {}", STANDARD.encode(expected))
}

/// What goes wrong there, if anything does.
fn count(world: &World, endpoint: Endpoint) -> Option<Fault> {
    *lock(&world.requests).entry(endpoint).or_default() += 1;
    lock(&world.behaviour).faults.get(&endpoint).copied()
}

async fn misbehave(fault: Fault) -> Response {
    match fault {
        Fault::Failing => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Fault::Frozen => std::future::pending().await,
        Fault::Endless => Body::from(vec![b' '; ENDLESS_BYTES]).into_response(),
        Fault::Nonsense => "no JSON".into_response(),
        Fault::Redirecting => {
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "http://127.0.0.1:1/elsewhere")]).into_response()
        }
    }
}

fn json_answer(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}
