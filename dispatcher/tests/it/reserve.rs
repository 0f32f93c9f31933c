//! A log that is down to its reserve: what still goes on, and what is refused without a trace.

use dispatcher::Settings;
use event_store::Quota;
use futures::TryStreamExt;
use reqwest::Method;
use serde_json::json;

use crate::answer::refused;
use crate::app::{App, PATIENCE};

/// A quarter of it is the reserve.
const LOG_BYTES_MAX: i64 = 256 << 10;

fn settings() -> Settings {
    Settings { quota: Quota::UNLIMITED, ..Settings::default() }
}

/// Posts until that is refused, also by what the broker says of its log.
async fn fill(app: &App) {
    let user = app.user(7);
    let long = json!({"text": "\u{1f989}".repeat(280)});
    let is_full = async || {
        loop {
            let answer = user.post(&long).await;
            if answer.status != 201 {
                assert_eq!(answer.refusal(), refused(503, "log-full"));
                break;
            }
        }
        let ready = app.api.send(Method::GET, "/readyz", &[], "").await.body;
        if ready.contains("is kept for deletions") { Ok(()) } else { Err(ready) }
    };
    testkit::eventually("the log is down to its reserve", PATIENCE, is_full).await;
}

async fn credentials(app: &App) -> usize {
    let context = async_nats::jetstream::new(app.log.client());
    let bucket = context.get_key_value("CREDENTIALS_0").await.expect("the dispatcher made it");
    bucket.keys().await.expect("it answers").try_collect::<Vec<_>>().await.expect("it answers").len()
}

#[tokio::test]
async fn deletions_deactivations_admins_and_log_ins_go_on() {
    let app = App::start_within(settings(), LOG_BYTES_MAX).await;
    let owl = app.register("owl").await;
    let first = app.user(7).post(&json!({"text": "to be deleted"})).await;
    let id = first.json()["id"].as_str().expect("ids are strings").to_owned();
    assert!(!app.api.send(Method::GET, "/readyz", &[], "").await.body.contains("warnings"));
    fill(&app).await;
    for _ in 0..5 {
        assert_eq!(app.user(8).post(&json!({"text": "x"})).await.refusal(), refused(503, "log-full"));
    }
    let line = r#"{"kind": "message", "account": "8", "text": "x", "time": "2020-01-01T00:00:00Z"}"#;
    assert_eq!(app.caller(10, "operator").import(line).await.refusal(), refused(503, "log-full"));
    assert_eq!(app.user(7).delete(&id).await.status, 204);
    assert_eq!(app.caller(9, "admin").post(&json!({"text": "x"})).await.status, 201);
    let body = json!({"handle": "owl", "password": "correct horse"}).to_string();
    let json = [("content-type", "application/json"), ("x-forwarded-for", "192.0.2.1")];
    assert_eq!(app.api.send(Method::POST, "/v1/sessions", &json, body).await.status, 201);
    assert_eq!(app.user(owl).remove("/v1/accounts/me").await.status, 204);
    let ready = app.api.send(Method::GET, "/readyz", &[], "").await;
    assert_eq!(ready.status, 200, "{ready:?}");
    assert!(ready.body.contains("is kept for deletions"), "{ready:?}");
}

#[tokio::test]
async fn a_registration_that_is_refused_leaves_no_credential() {
    let app = App::start_within(settings(), LOG_BYTES_MAX).await;
    app.register("owl").await;
    assert_eq!(credentials(&app).await, 1);
    let body = |handle: &str| json!({"handle": handle, "password": "correct horse", "displayName": "x"});
    for (key, handle) in [(None, "owl"), (Some("k"), "owl")] {
        let headers: Vec<_> = key.map(|key| ("idempotency-key", key)).into_iter().collect();
        let answer = app.api.register(&headers, &body(handle)).await;
        assert_eq!(answer.refusal(), refused(409, "HandleMustBeFree"));
    }
    fill(&app).await;
    for handle in ["nightjar", "heron"] {
        assert_eq!(app.api.register(&[], &body(handle)).await.refusal(), refused(503, "log-full"));
    }
    assert_eq!(credentials(&app).await, 1);
}
