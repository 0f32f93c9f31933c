//! Nobody takes the command API from the others, nor fills the log, by asking often.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use futures::future::join_all;
use http_kit::Limits;
use http_kit::rates::{Action, ActionRates, Rate, RateTable};
use reqwest::Method;
use serde_json::json;

use crate::answer::{Answer, refused};
use crate::app::{App, quiet};

/// The shipped ones.
fn enforced() -> Limits {
    Limits { enforced: true, ..quiet() }
}

fn from(address: &str) -> [(&'static str, &str); 1] {
    [("x-forwarded-for", address)]
}

/// One account posted 2,009 messages a second.
#[tokio::test]
async fn an_account_posts_its_burst_and_no_more() {
    let app = App::start_with(enforced()).await;
    let (writer, other) = (app.user(42), app.user(43));
    let began = Instant::now();
    let mut accepted = 0;
    for _ in 0..8 {
        let posts = join_all((0..50).map(|_| writer_posts(&app, 42, "198.51.100.1"))).await;
        accepted += posts.iter().filter(|answer| answer.status == 201).count();
        for answer in posts.iter().filter(|answer| answer.status != 201) {
            assert_eq!(answer.refusal(), refused(429, "rate-limited"));
            let wait: u64 = answer.header("retry-after").parse().expect("seconds");
            assert!((1..=12).contains(&wait), "{wait}");
        }
    }
    // One comes back each twelve seconds.
    let most = 60 + 1 + began.elapsed().as_secs() / 12;
    assert!((60..=most).contains(&(accepted as u64)), "{accepted} were accepted, of at most {most}");
    assert_eq!(app.events().await, accepted as u64, "what was refused is not in the log");
    let body = json!({"text": "still here"});
    assert_eq!(other.post(&body).await.status, 201, "another account");
    let elsewhere = writer.json(Method::POST, "/v1/messages", &from("198.51.100.2"), &body).await;
    assert_eq!(elsewhere.status, 429, "an account takes its budget along");
    let follow = writer.put("/v1/accounts/44/follow").await;
    assert_ne!(follow.status, 429, "another kind of action");
}

async fn writer_posts(app: &App, account: i64, address: &str) -> Answer {
    app.user(account).json(Method::POST, "/v1/messages", &from(address), &json!({"text": "again"})).await
}

/// 4,192 events came of this in five seconds.
#[tokio::test]
async fn toggling_a_follow_does_not_fill_the_log() {
    let app = App::start_with(enforced()).await;
    let (follower, followee) = (app.register("heron").await, app.register("osprey").await);
    let (caller, path) = (app.user(follower), format!("/v1/accounts/{followee}/follow"));
    let (before, began) = (app.events().await, Instant::now());
    for _ in 0..150 {
        caller.put(&path).await;
        caller.remove(&path).await;
    }
    let most = 120 + 1 + began.elapsed().as_secs() / 3;
    let events = app.events().await - before;
    assert!(events <= most, "{events} events, of at most {most}");
    assert_eq!(caller.put(&path).await.refusal(), refused(429, "rate-limited"));
}

#[tokio::test]
async fn an_address_that_signs_up_and_logs_in_too_often_is_refused_before_anything_is_hashed() {
    let app = App::start_with(enforced()).await;
    let sign_up = |number: usize, address: &'static str| {
        let body =
            json!({"handle": format!("crowd{number}"), "password": "correct horse", "displayName": "One"});
        let api = &app.api;
        async move { api.register(&from(address), &body).await }
    };
    for number in 0..10 {
        assert_eq!(sign_up(number, "198.51.100.1").await.status, 201);
    }
    let before = app.events().await;
    let refusals = join_all((10..40).map(|number| sign_up(number, "198.51.100.1"))).await;
    for answer in &refusals {
        assert_eq!(answer.refusal(), refused(429, "rate-limited"));
    }
    assert_eq!(app.events().await, before);
    assert_eq!(sign_up(50, "198.51.100.2").await.status, 201, "another address");
    let log_in = async |address: &str| {
        let body = json!({"handle": "crowd1", "password": "correct horse"}).to_string();
        let headers = [("content-type", "application/json"), ("x-forwarded-for", address)];
        app.api.send(Method::POST, "/v1/sessions", &headers, body).await.status
    };
    assert_eq!(log_in("198.51.100.1").await, 201, "to log in is another kind of action");
}

/// The tests' proxy appends the address that it saw.
#[tokio::test]
async fn a_forged_address_buys_no_budget() {
    let rates = ActionRates { account: None, address: Rate::new(3, Duration::from_secs(3_600), 3) };
    let limits = Limits { rates: RateTable::default().with(Action::LogIn, rates), ..enforced() };
    let app = App::start_with(limits).await;
    let guess = async |forwarded: &str| {
        let body = json!({"handle": "nobody", "password": "wrong horse"}).to_string();
        let headers = [("content-type", "application/json"), ("x-forwarded-for", forwarded)];
        app.api.send(Method::POST, "/v1/sessions", &headers, body).await.status
    };
    for forged in 0..3 {
        assert_eq!(guess(&format!("{}, 198.51.100.1", Ipv4Addr::from(forged))).await, 401);
    }
    for forged in 3..20 {
        assert_eq!(guess(&format!("{}, 198.51.100.1", Ipv4Addr::from(forged))).await, 429);
    }
    assert_eq!(guess("198.51.100.2").await, 401);
}

#[tokio::test]
async fn operators_and_their_imports_are_not_limited() {
    let none = ActionRates {
        account: Rate::new(1, Duration::from_secs(3_600), 1),
        address: Rate::new(1, Duration::from_secs(3_600), 1),
    };
    let table = RateTable::default().with(Action::Import, none).with(Action::Post, none);
    let app = App::start_with(Limits { rates: table, ..enforced() }).await;
    let operator = app.caller(1, "operator");
    for number in 0..5 {
        let line =
            format!(r#"{{"kind":"message","text":"{number}","account":"42","time":"2020-01-01T00:00:00Z"}}"#);
        assert_eq!(operator.import(line).await.status, 200);
    }
    assert_eq!(app.user(5).import("").await.status, 403, "and who is none is refused for that");
    assert_eq!(app.user(5).import("").await.refusal(), refused(429, "rate-limited"));
}
