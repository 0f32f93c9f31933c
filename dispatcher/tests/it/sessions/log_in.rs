use domain::Password;
use reqwest::Method;
use serde_json::json;

use super::{
    HOME, PASSWORD, account, deactivate, is_believed, log_in, log_out, part, post, refresh, register,
    release, tokens,
};
use crate::answer::refused;
use crate::app::{Api, App, log_config, quiet};

#[tokio::test]
async fn handle_and_password_give_tokens_that_are_believed() {
    let app = App::start().await;
    register(&app, 1 << 30, "ada").await;
    let tokens = tokens(&log_in(&app.api, "Ada", PASSWORD).await);
    assert_eq!(tokens.expires_in, 3_600);
    let claims = part(&tokens.access_token, 1);
    assert_eq!(claims["sub"], (1 << 30).to_string());
    assert_eq!(claims["roles"], json!(["user"]));
    assert_eq!(claims["exp"].as_u64().zip(claims["iat"].as_u64()).map(|(exp, iat)| exp - iat), Some(3_600));
    assert!(claims["sid"].is_string());
    assert!(is_believed(&app.api, &tokens).await);
    assert!(!format!("{tokens:?}").contains(&tokens.refresh_token), "a token is shown");
}

#[tokio::test]
async fn what_is_wrong_is_not_told() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    register(&app, 200, "gone").await;
    deactivate(&app, 200).await;
    register(&app, 300, "renamed").await;
    release(&app, 300, "renamed").await;
    register(&app, 400, "keyless").await;
    app.api.state.delete_credential(account(400)).await.expect("the store answers");
    let mut bodies = Vec::new();
    for (handle, password) in [
        ("ada", "wrong"),
        ("ada", ""),
        ("nobody", PASSWORD),
        ("not a handle", PASSWORD),
        ("gone", PASSWORD),
        ("renamed", PASSWORD),
        ("keyless", PASSWORD),
    ] {
        let answer = log_in(&app.api, handle, password).await;
        assert_eq!(answer.refusal(), refused(401, "credentials-invalid"), "{handle}");
        let problem = answer.problem();
        bodies.push((problem.title, problem.detail));
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
    let answer = post(&app.api, "/v1/sessions", HOME, &json!({"handle": "ada"})).await;
    assert_eq!(answer.refusal(), refused(400, "invalid-field"));
}

#[tokio::test]
async fn a_new_password_is_the_only_one() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    app.api
        .state
        .store_credential(account(100), Password::guess("another one"))
        .await
        .expect("the store takes it");
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 401);
    assert_eq!(log_in(&app.api, "ada", "another one").await.status, 201);
}

/// RFC 8265: the same keys, however a keyboard composes them.
#[tokio::test]
async fn sign_up_and_log_in_prepare_a_password_alike() {
    let app = App::start().await;
    let (composed, decomposed) = ("caf\u{e9} au lait", "cafe\u{301}\u{a0}au\u{3000}lait");
    for (handle, chosen) in [("ada", composed), ("bob", decomposed)] {
        let body = json!({"handle": handle, "password": chosen, "displayName": handle});
        assert_eq!(app.api.register(&[], &body).await.status, 201);
        for typed in [composed, decomposed] {
            assert_eq!(log_in(&app.api, handle, typed).await.status, 201, "{handle}: {typed:?}");
        }
        for typed in ["cafe au lait", "Caf\u{e9} au lait", " caf\u{e9} au lait", "caf\u{e9} au lait\u{200b}"]
        {
            assert_eq!(log_in(&app.api, handle, typed).await.status, 401, "{handle}: {typed:?}");
        }
    }
}

#[tokio::test]
async fn logging_out_ends_this_session_alone() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let (here, there) =
        (tokens(&log_in(&app.api, "ada", PASSWORD).await), tokens(&log_in(&app.api, "ada", PASSWORD).await));
    assert_eq!(log_out(&app.api, &here).await.status, 204);
    assert_eq!(log_out(&app.api, &here).await.refusal(), refused(401, "token-revoked"));
    assert!(is_believed(&app.api, &there).await);
    assert_eq!(refresh(&app.api, &here.refresh_token).await.refusal(), refused(401, "refresh-token-invalid"));
    assert_eq!(refresh(&app.api, &there.refresh_token).await.status, 201);
}

#[tokio::test]
async fn who_has_no_session_cannot_log_out() {
    let app = App::start().await;
    let operator = app.user(100).send(Method::DELETE, "/v1/sessions/current", &[], "").await;
    assert_eq!(operator.refusal(), refused(404, "not-found"));
    let nobody = app.api.send(Method::DELETE, "/v1/sessions/current", &[], "").await;
    assert_eq!(nobody.refusal(), refused(401, "unauthenticated"));
}

#[tokio::test]
async fn an_unreachable_credential_store_is_no_wrong_password() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let tokens = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    app.nats.kill().await;
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.refusal(), refused(503, "unavailable"));
    assert_eq!(refresh(&app.api, &tokens.refresh_token).await.refusal(), refused(503, "unavailable"));
    assert_eq!(log_out(&app.api, &tokens).await.refusal(), refused(503, "unavailable"));
    let jwks = app.api.send(Method::GET, "/.well-known/jwks.json", &[], "").await;
    assert_eq!(jwks.status, 200, "what was known is still published");
}

#[tokio::test]
async fn before_the_broker_is_there_nobody_logs_in() {
    let app = App::start().await;
    let log = event_store_open::StoreConfig::new("nats://127.0.0.1:1", "nowhere");
    let api = Api::opening(log, &app.tokens.config(), quiet()).await;
    assert_eq!(log_in(&api, "ada", PASSWORD).await.refusal(), refused(503, "unavailable"));
    let jwks = api.send(Method::GET, "/.well-known/jwks.json", &[], "").await;
    assert_eq!(jwks.refusal(), refused(503, "unavailable"));
}

#[tokio::test]
async fn sessions_survive_restarts() {
    let mut app = App::start().await;
    register(&app, 100, "ada").await;
    let old = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    app.nats.kill().await;
    app.nats.restart().await;
    app.api = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    assert!(is_believed(&app.api, &old).await, "it is the same key");
    let new = tokens(&refresh(&app.api, &old.refresh_token).await);
    assert!(is_believed(&app.api, &new).await);
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 201);
}
