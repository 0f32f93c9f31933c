//! The broker goes away and comes back.

use std::time::Duration;

use event_store::EventLog;
use event_store_open::{Patience, StoreConfig};
use reqwest::Method;
use serde_json::json;
use testkit::{Nats, eventually};

use crate::answer::{Answer, refused};
use crate::app::{Api, App, Caller, PATIENCE, log_config, open_log, quiet};
use crate::tokens::Tokens;

/// Tries so short that a test can wait for the last of them.
fn impatient(nats: &Nats) -> StoreConfig {
    let mut config = log_config(nats);
    let (ack_timeout, append_deadline) = (Duration::from_millis(200), Duration::from_millis(600));
    config.patience = Some(Patience { ack_timeout, append_deadline });
    config
}

fn user<'app>(api: &'app Api, tokens: &Tokens) -> Caller<'app> {
    Caller { api, authorization: tokens.of(42, "user,operator") }
}

async fn post(caller: &Caller<'_>, key: &str) -> Answer {
    let headers = [("idempotency-key", key)];
    caller.json(Method::POST, "/v1/messages", &headers, &json!({"text": key})).await
}

async fn readiness(api: &Api, expected: bool) {
    eventually(&format!("ready is {expected}"), PATIENCE, async || {
        let ready = api.is_ready().await;
        if ready == expected { Ok(()) } else { Err(format!("ready is {ready}")) }
    })
    .await;
}

/// Every operation says that it cannot be done now, and when to ask again.
async fn all_unavailable(caller: &Caller<'_>) {
    let registration = json!({"handle": "x", "password": "correct horse", "displayName": "x"});
    let line = r#"{"kind":"message","text":"x","account":"42","time":"2020-01-01T00:00:00Z"}"#;
    for answer in [
        caller.post(&json!({"text": "x"})).await,
        caller.post(&json!({"text": "x", "inReplyTo": "256"})).await,
        post(caller, "with a key").await,
        caller.edit("256", "*", &json!({"text": "x"})).await,
        caller.delete("256").await,
        caller.import(line).await,
        caller.put("/v1/messages/256/like").await,
        caller.remove("/v1/messages/256/repost").await,
        caller.put("/v1/accounts/7/follow").await,
        caller.mark_read("256").await,
        caller.change_profile(&json!({"bio": "x"})).await,
        caller.remove("/v1/accounts/me").await,
        caller.api.register(&[], &registration).await,
    ] {
        assert_eq!(answer.refusal(), refused(503, "unavailable"));
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{answer:?}");
    }
}

#[tokio::test]
async fn a_dispatcher_starts_without_its_broker_and_serves_once_it_comes() {
    let (mut nats, tokens) = (Nats::start().await, Tokens::new());
    nats.stop().await;
    let api = Api::opening(log_config(&nats), &tokens.config(), quiet()).await;
    let user = user(&api, &tokens);
    assert!(!api.is_ready().await);
    assert_eq!(api.send(Method::GET, "/livez", &[], "").await.status, 200);
    all_unavailable(&user).await;
    nats.restart().await;
    readiness(&api, true).await;
    assert_eq!(user.post(&json!({"text": "x"})).await.event_position(), 1 << 8);
}

#[tokio::test]
async fn a_broker_that_dies_is_missed_and_found_again() {
    let mut app = App::start().await;
    app.api = Api::open(&impatient(&app.nats), &app.tokens.config(), quiet()).await;
    assert!(app.api.is_ready().await);
    let before = app.user(42).post(&json!({"text": "before"})).await;
    app.nats.kill().await;
    readiness(&app.api, false).await;
    all_unavailable(&user(&app.api, &app.tokens)).await;
    app.nats.restart().await;
    readiness(&app.api, true).await;
    let user = user(&app.api, &app.tokens);
    let after = user.edit(&before.id(), "\"1\"", &json!({"text": "after"})).await;
    assert_eq!((after.status, after.event_position()), (200, 2 << 8), "nothing of the refused was appended");
    assert_eq!(post(&user, "with a key").await.status, 201);
}

#[tokio::test]
async fn a_frozen_broker_leaves_the_outcome_open_and_the_retry_settles_it() {
    let mut app = App::start().await;
    app.api = Api::open(&impatient(&app.nats), &app.tokens.config(), quiet()).await;
    let user = user(&app.api, &app.tokens);
    let id = user.post(&json!({"text": "before"})).await.id();
    app.nats.pause();
    let line = r#"{"kind":"message","text":"frozen","account":"42","time":"2020-01-01T00:00:00Z"}"#;
    for answer in
        [user.post(&json!({"text": "frozen"})).await, user.import(line).await, post(&user, "k").await]
    {
        assert_eq!(answer.refusal(), refused(503, "outcome-unknown"));
        assert!(!answer.header("retry-after").is_empty());
    }
    // It has to read before it writes, so nothing of it is under way.
    assert_eq!(user.delete(&id).await.refusal(), refused(503, "unavailable"));
    readiness(&app.api, false).await;
    app.nats.resume();
    readiness(&app.api, true).await;
    let told = eventually("the retry is answered", PATIENCE, async || {
        let answer = post(&user, "k").await;
        if answer.status == 201 { Ok(answer) } else { Err(format!("{answer:?}")) }
    })
    .await;
    assert_eq!(post(&user, "k").await.id(), told.id());
    let events = app.events().await;
    assert!((2..=4).contains(&events), "each command at most once, but there are {events}");
}

#[tokio::test]
async fn a_broker_that_freezes_under_way_is_asked_again_with_the_same_key() {
    let mut app = App::start().await;
    app.api = Api::open(&impatient(&app.nats), &app.tokens.config(), quiet()).await;
    let user = user(&app.api, &app.tokens);
    assert_eq!(post(&user, "first").await.status, 201);
    for round in 0..5 {
        let key = format!("round {round}");
        let (answer, ()) = tokio::join!(post(&user, &key), async { app.nats.pause() });
        assert!([201, 503].contains(&answer.status), "{answer:?}");
        app.nats.resume();
        let told = eventually("the retry is answered", PATIENCE, async || {
            let answer = post(&user, &key).await;
            if answer.status == 201 { Ok(answer.id()) } else { Err(format!("{answer:?}")) }
        })
        .await;
        assert!(answer.status == 503 || answer.id() == told, "{answer:?}");
        assert_eq!(app.events().await, round + 2, "one event per key");
    }
}

#[tokio::test]
async fn a_full_log_is_said_to_be_full_and_keeps_what_it_has() {
    let (nats, tokens) = (Nats::start().await, Tokens::new());
    let mut small = log_config(&nats);
    small.log_bytes_max = 8_000;
    let api = Api::open(&small, &tokens.config(), quiet()).await;
    let user = user(&api, &tokens);
    let body = json!({"text": "x".repeat(280)});
    let mut accepted = 0;
    let full = loop {
        let answer = user.post(&body).await;
        if answer.status != 201 {
            break answer;
        }
        accepted += 1;
        assert!(accepted < 100, "8 kB never fill up");
    };
    assert_eq!(full.refusal(), refused(503, "log-full"));
    assert!(!full.header("retry-after").is_empty());
    let log = Box::pin(open_log(&nats)).await.expect("the log can still be opened");
    assert_eq!(log.head().await.expect("the log answers").get(), accepted);
}
