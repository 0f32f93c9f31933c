//! The commands on accounts and edges are as safe to repeat as those on messages.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::{Answer, refused};
use crate::app::{Api, App, log_config, quiet};

fn body() -> Value {
    json!({"handle": "nightjar", "password": "correct horse", "displayName": "Night Jar"})
}

async fn register(api: &Api, key: &str, body: &Value) -> Answer {
    api.register(&[("idempotency-key", key)], body).await
}

#[tokio::test]
async fn a_registration_is_answered_the_same_again() {
    let app = App::start().await;
    let first = register(&app.api, "k", &body()).await;
    assert_eq!(first.status, 201);
    assert_eq!(register(&app.api, "k", &body()).await.lasting(), first.lasting());
    assert_eq!(app.events().await, 2);
    // Also when somebody else asks, in another process, after the account has changed.
    let id = first.json()["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    assert_eq!(
        app.user(id).change_profile(&json!({"handle": "owl", "displayName": "Owl"})).await.status,
        200
    );
    let other = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    assert_eq!(register(&other, "k", &body()).await.lasting(), first.lasting());
    assert_eq!(app.events().await, 5);
}

#[tokio::test]
async fn a_key_names_one_registration() {
    let app = App::start().await;
    assert_eq!(register(&app.api, "k", &body()).await.status, 201);
    for (field, value) in [("handle", "owl"), ("displayName", "Owl")] {
        let mut other = body();
        other[field] = json!(value);
        let answer = register(&app.api, "k", &other).await;
        assert_eq!(answer.refusal(), refused(422, "idempotency-key-reused"), "{field}");
    }
    let again = register(&app.api, "another", &body()).await;
    assert_eq!(again.refusal(), refused(409, "HandleMustBeFree"));
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn a_refused_registration_gives_its_key_back() {
    let app = App::start().await;
    app.register("nightjar").await;
    assert_eq!(register(&app.api, "k", &body()).await.refusal(), refused(409, "HandleMustBeFree"));
    let mut other = body();
    other["handle"] = json!("owl");
    assert_eq!(register(&app.api, "k", &other).await.status, 201);
}

#[tokio::test]
async fn keys_of_accounts_and_of_nobody_never_meet() {
    let app = App::start().await;
    let id = register(&app.api, "k", &body()).await.json()["id"].as_str().and_then(|id| id.parse().ok());
    let user = app.user(id.expect("an id"));
    let keyed = [("idempotency-key", "k")];
    assert_eq!(user.json(Method::POST, "/v1/messages", &keyed, &json!({"text": "x"})).await.status, 201);
}

/// Each of the duplicates draws an account of its own; one of them is registered, and all get its id.
#[tokio::test]
async fn concurrent_duplicates_make_one_account() {
    let app = App::start().await;
    let other = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    let body = body();
    let duplicates =
        (0..8).map(|number| register(if number % 2 == 0 { &app.api } else { &other }, "k", &body));
    let answers = futures::future::join_all(duplicates).await;
    for answer in &answers {
        assert_eq!(answer.lasting(), answers[0].lasting());
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn changes_and_edges_are_repeated_as_well() {
    let app = App::start().await;
    let (me, other) = (app.register("me").await, app.register("other").await);
    let user = app.user(me);
    let message = app.user(other).post(&json!({"text": "one"})).await.id();
    let (follow, like, repost) = (
        format!("/v1/accounts/{other}/follow"),
        format!("/v1/messages/{message}/like"),
        format!("/v1/messages/{message}/repost"),
    );
    let profile = json!({"handle": "new", "bio": "x"}).to_string();
    let until = json!({"until": message}).to_string();
    let commands = [
        (Method::PATCH, "/v1/accounts/me", profile.as_str()),
        (Method::PUT, follow.as_str(), ""),
        (Method::PUT, like.as_str(), ""),
        (Method::PUT, repost.as_str(), ""),
        (Method::PUT, "/v1/notifications/read", until.as_str()),
        (Method::DELETE, repost.as_str(), ""),
        (Method::DELETE, like.as_str(), ""),
        (Method::DELETE, follow.as_str(), ""),
    ];
    let carry_out = async || {
        let mut answers = Vec::new();
        for (number, (method, path, body)) in commands.iter().enumerate() {
            let key = number.to_string();
            let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
            answers.push(user.send(method.clone(), path, &headers, (*body).to_owned()).await);
        }
        answers
    };
    let first = carry_out().await;
    let events = app.events().await;
    for (again, first) in carry_out().await.iter().zip(&first) {
        assert!((200..300).contains(&first.status), "{first:?}");
        assert_eq!(again.lasting(), first.lasting());
    }
    assert_eq!(app.events().await, events);
    let headers = [("idempotency-key", "1")];
    for (method, path) in [(Method::DELETE, &follow), (Method::PUT, &like)] {
        let answer = user.send(method, path, &headers, "").await;
        assert_eq!(answer.refusal(), refused(422, "idempotency-key-reused"), "{path}");
    }
}
