use dispatcher::revoke_token;
use domain::Shard;
use event_store::buckets::{REVOCATIONS, SIGNING_KEYS};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::eventually;
use uuid::Uuid;

use super::{PASSWORD, account, bearer, log_in, part, register, tokens};
use crate::answer::{Answer, refused};
use crate::app::{App, Caller, PATIENCE};

async fn create(owner: &Caller<'_>, scopes: &Value) -> Answer {
    let body = json!({"name": "script", "scopes": scopes});
    owner.json(Method::POST, "/v1/tokens", &[], &body).await
}

async fn listed(owner: &Caller<'_>) -> Vec<Value> {
    let answer = owner.send(Method::GET, "/v1/tokens", &[], "").await;
    answer.json().as_array().expect("it is a list").clone()
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is a string").to_owned()
}

async fn owner(app: &App) -> Caller<'_> {
    register(app, 100, "ada").await;
    bearer(&app.api, &tokens(&log_in(&app.api, "ada", PASSWORD).await).access_token)
}

#[tokio::test]
async fn a_script_does_what_its_scopes_allow_and_no_more() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let created = create(&owner, &json!(["write"])).await;
    assert_eq!((created.status, created.header("cache-control")), (201, "no-store"));
    let writes = text(&created.json()["token"]);
    let claims = part(&writes, 1);
    assert_eq!((&claims["roles"], &claims["scopes"]), (&json!(["user"]), &json!(["write"])));
    assert_eq!(
        claims["exp"].as_u64().zip(claims["iat"].as_u64()).map(|(exp, iat)| exp - iat),
        Some(90 * 86_400)
    );
    let script = bearer(&app.api, &writes);
    assert_eq!(script.post(&json!({"text": "by a script"})).await.status, 201);
    let read = text(&create(&owner, &json!(["read"])).await.json()["token"]);
    let refusal = bearer(&app.api, &read).post(&json!({"text": "no"})).await.refusal();
    assert_eq!(refusal, refused(403, "scope-required"));
    for (method, path) in [(Method::DELETE, "/v1/sessions"), (Method::DELETE, "/v1/tokens")] {
        let answer = script.send(method, path, &[], "").await;
        assert_eq!(answer.refusal(), refused(403, "session-required"), "{path}");
    }
    assert_eq!(create(&script, &json!(["read", "write"])).await.refusal(), refused(403, "session-required"));
    let shown = listed(&owner).await;
    assert_eq!(shown.len(), 2);
    assert!(shown.iter().all(|token| token["token"].is_null() && token["name"] == "script"), "{shown:?}");
}

#[tokio::test]
async fn a_revoked_token_is_void_at_once_and_the_others_are_not() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let (one, two) =
        (create(&owner, &json!(["write"])).await.json(), create(&owner, &json!(["write"])).await.json());
    let post = async |token: &Value| bearer(&app.api, &text(token)).post(&json!({"text": "x"})).await;
    let path = format!("/v1/tokens/{}", text(&one["id"]));
    assert_eq!(owner.remove(&path).await.status, 204);
    assert_eq!(post(&one["token"]).await.refusal(), refused(401, "token-revoked"));
    assert_eq!(post(&two["token"]).await.status, 201);
    assert_eq!(listed(&owner).await.len(), 1);
    let unknown = format!("/v1/tokens/{}", Uuid::now_v7());
    assert_eq!(owner.remove(&unknown).await.refusal(), refused(404, "not-found"));
    assert_eq!(owner.remove("/v1/tokens").await.status, 204);
    assert_eq!(post(&two["token"]).await.refusal(), refused(401, "token-revoked"));
    assert!(listed(&owner).await.is_empty());
    let three = create(&owner, &json!(["write"])).await.json();
    assert_eq!(post(&three["token"]).await.status, 201, "a new one");
    assert_eq!(owner.remove("/v1/accounts/me").await.status, 204);
    assert_eq!(
        post(&three["token"]).await.refusal(),
        refused(401, "token-revoked"),
        "it leaves with the account"
    );
}

#[tokio::test]
async fn a_personal_token_outlives_the_key_that_signs() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let created = create(&owner, &json!(["write"])).await.json();
    let client = event_store_nats::connect(&app.nats.url(), "rotate").await.expect("the broker answers");
    let bucket = event_store_nats::find_bucket(client, Shard(0), SIGNING_KEYS).await.expect("it is there");
    dispatcher::rotate_signing_keys(std::sync::Arc::clone(&bucket)).await.expect("it rotates");
    let ring = bucket.read("ring").await.expect("it reads").value.expect("there is one");
    let ring: Value = serde_json::from_slice(&ring).expect("it is JSON");
    let kid = text(&part(&text(&created["token"]), 0)["kid"]);
    assert!(ring[&kid]["neededUntil"].is_string(), "it is kept: {:?}", ring[&kid]["retiredAt"]);
}

#[tokio::test]
async fn an_account_has_a_bounded_number_and_what_is_malformed_is_refused() {
    let app = App::start().await;
    let owner = owner(&app).await;
    for bad in [
        json!({"name": " ", "scopes": ["read"]}),
        json!({"name": "x", "scopes": []}),
        json!({"name": "x", "scopes": ["admin"]}),
        json!({"name": "x", "scopes": ["read"], "expiresInDays": 0}),
        json!({"name": "x", "scopes": ["read"], "expiresInDays": 367}),
    ] {
        let answer = owner.json(Method::POST, "/v1/tokens", &[], &bad).await;
        assert_eq!(answer.refusal(), refused(400, "invalid-field"), "{bad}");
    }
    for _ in 0..64 {
        assert_eq!(create(&owner, &json!(["read"])).await.status, 201);
    }
    assert_eq!(create(&owner, &json!(["read"])).await.refusal(), refused(409, "too-many-tokens"));
    let id = text(&listed(&owner).await[0]["id"]);
    assert_eq!(owner.remove(&format!("/v1/tokens/{id}")).await.status, 204);
    assert_eq!(create(&owner, &json!(["read"])).await.status, 409, "it counts until it would have expired");
    assert_eq!(owner.remove("/v1/tokens").await.status, 204);
    assert_eq!(create(&owner, &json!(["read"])).await.status, 201);
}

#[tokio::test]
async fn an_operator_revokes_a_token_by_its_id() {
    let app = App::start().await;
    let id = app.register("ada").await;
    let (stolen, other) = (app.user(id), app.user(id));
    assert_eq!(stolen.post(&json!({"text": "x"})).await.status, 201);
    let claims = part(stolen.authorization.trim_start_matches("Bearer "), 1);
    let client = event_store_nats::connect(&app.nats.url(), "revoke").await.expect("the broker answers");
    let bucket = event_store_nats::find_bucket(client, Shard(0), REVOCATIONS).await.expect("it is there");
    let token = text(&claims["jti"]).parse().expect("it is a UUID");
    let expires = claims["exp"].as_u64().expect("it expires");
    revoke_token(bucket, account(id), token, expires).await.expect("there is room");
    eventually("the token is void", PATIENCE, || async {
        let answer = stolen.post(&json!({"text": "x"})).await;
        if answer.status == 401 { Ok(()) } else { Err(format!("{answer:?}")) }
    })
    .await;
    assert_eq!(other.post(&json!({"text": "x"})).await.status, 201);
}
