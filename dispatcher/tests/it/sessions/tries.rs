use serde_json::json;

use super::{HOME, PASSWORD, log_in, post, register};
use crate::answer::{Answer, refused};
use crate::app::App;

const TRIES: usize = 10;

async fn log_in_from(app: &App, from: &str, password: &str) -> Answer {
    post(&app.api, "/v1/sessions", from, &json!({"handle": "ada", "password": password})).await
}

#[tokio::test]
async fn ten_wrong_passwords_close_the_handle_to_their_address() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    register(&app, 200, "bea").await;
    for _try in 0..TRIES {
        assert_eq!(log_in(&app.api, "ada", "wrong").await.status, 401);
    }
    let limited = log_in(&app.api, "ada", PASSWORD).await;
    assert_eq!(limited.refusal(), refused(429, "rate-limited"), "the right one comes too late");
    let wait: u64 = limited.header("retry-after").parse().expect("it says how long");
    assert!((800..=900).contains(&wait), "{wait}");
    assert_eq!(log_in(&app.api, "bea", PASSWORD).await.status, 201, "another handle");
    assert_eq!(log_in_from(&app, "192.0.2.2", PASSWORD).await.status, 201, "another address");
    let forged = format!("203.0.113.1, {HOME}");
    assert_eq!(log_in_from(&app, &forged, PASSWORD).await.status, 429, "what the caller adds is hearsay");
}

#[tokio::test]
async fn the_right_password_forgets_the_wrong_ones() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    for _round in 0..2 {
        for _try in 1..TRIES {
            assert_eq!(log_in(&app.api, "ada", "wrong").await.status, 401);
        }
        assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 201);
    }
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_counted_too() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let guesses = (0..TRIES + 10).map(|_| log_in_from(&app, "2001:db8::1", "wrong"));
    let answers = futures::future::join_all(guesses).await;
    let with = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(401), with(429)), (TRIES, 10), "{answers:?}");
    assert_eq!(log_in_from(&app, "2001:db8::2", "wrong").await.status, 429, "the same network");
}
