use api_types::sessions::SessionTokens;
use serde_json::{Value, json};

use super::{HOME, PASSWORD, log_in, post, register, tokens};
use crate::answer::{Answer, refused};
use crate::app::App;

const FREE: usize = 10;
const STRANGERS_FREE: usize = 20;

async fn log_in_from(app: &App, from: &str, password: &str) -> Answer {
    post(&app.api, "/v1/sessions", from, &json!({"handle": "ada", "password": password})).await
}

async fn log_in_with(app: &App, from: &str, password: &str, more: Value) -> Answer {
    let mut body = json!({"handle": "ada", "password": password});
    body.as_object_mut().expect("it is one").extend(more.as_object().expect("it is one").clone());
    post(&app.api, "/v1/sessions", from, &body).await
}

/// Guesses until one is refused unheard, from as many addresses as it takes.
async fn close_to_strangers(app: &App) {
    for guess in 0..STRANGERS_FREE {
        let answer = log_in_from(app, &format!("198.51.100.{guess}"), "wrong").await;
        assert_eq!(answer.status, 401, "guess {guess}: {answer:?}");
    }
}

#[tokio::test]
async fn wrong_passwords_from_one_address_have_to_wait() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    register(&app, 200, "bea").await;
    for _try in 0..FREE {
        assert_eq!(log_in(&app.api, "ada", "wrong").await.status, 401);
    }
    let limited = log_in(&app.api, "ada", PASSWORD).await;
    assert_eq!(limited.refusal(), refused(429, "rate-limited"), "the right one comes too early");
    let wait: u64 = limited.header("retry-after").parse().expect("it says how long");
    assert!((1..=16).contains(&wait), "{wait}");
    assert_eq!(log_in(&app.api, "bea", PASSWORD).await.status, 201, "another handle");
    assert_eq!(log_in_from(&app, "192.0.2.2", PASSWORD).await.status, 201, "another address");
    let forged = format!("203.0.113.1, {HOME}");
    assert_eq!(log_in_from(&app, &forged, PASSWORD).await.status, 429, "what the caller adds is hearsay");
}

#[tokio::test]
async fn guessing_from_many_addresses_does_not_keep_out_the_owner() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 201, "from home");
    let remembered = log_in_with(&app, HOME, PASSWORD, json!({"rememberDevice": true})).await;
    let device = tokens(&remembered).device_token.expect("it was asked for");
    close_to_strangers(&app).await;
    assert_eq!(log_in_from(&app, "203.0.113.7", PASSWORD).await.refusal(), refused(429, "rate-limited"));

    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 201, "the owner, from home");
    let travelling = log_in_with(&app, "203.0.113.8", PASSWORD, json!({"deviceToken": device})).await;
    let again: SessionTokens = tokens(&travelling);
    assert_eq!(again.device_token.as_deref(), Some(device.as_str()), "the same one");
    let (id, secret) = device.split_once('.').expect("it has two parts");
    let flipped: String = secret.chars().map(|letter| if letter == 'A' { 'B' } else { 'A' }).collect();
    for made_up in ["", "x", "x.y", &format!("{id}.{flipped}")] {
        let answer = log_in_with(&app, "203.0.113.9", PASSWORD, json!({"deviceToken": made_up})).await;
        assert_eq!(answer.status, 429, "{made_up:?}");
    }
}

/// All share the proxy's address there.
#[tokio::test]
async fn behind_an_unconfigured_proxy_a_known_device_gets_in() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let remembered = log_in_with(&app, HOME, PASSWORD, json!({"rememberDevice": true})).await;
    let device = tokens(&remembered).device_token.expect("it was asked for");
    for _try in 0..2 * FREE {
        log_in(&app.api, "ada", "wrong").await;
    }
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 429);
    let answer = log_in_with(&app, HOME, PASSWORD, json!({"deviceToken": device})).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn the_right_password_forgets_the_wrong_ones() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    for _round in 0..2 {
        for _try in 1..FREE {
            assert_eq!(log_in(&app.api, "ada", "wrong").await.status, 401);
        }
        assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 201);
    }
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_counted_too() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let guesses = (0..FREE + 10).map(|_| log_in_from(&app, "2001:db8::1", "wrong"));
    let answers = futures::future::join_all(guesses).await;
    let with = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(401), with(429)), (FREE, 10), "{answers:?}");
    assert_eq!(log_in_from(&app, "2001:db8::2", "wrong").await.status, 429, "the same network");
}
