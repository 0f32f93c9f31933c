//! What one account may take of the log within a day.

use dispatcher::Settings;
use event_store::Quota;
use reqwest::Method;
use serde_json::json;
use testkit::eventually;

use crate::answer::refused;
use crate::app::{Api, App, PATIENCE, log_config, quiet};

const ROOM: i64 = 64 << 20;

fn of_events(events_max: u64) -> Settings {
    Settings { quota: Quota { events_max, ..Quota::UNLIMITED }, ..Settings::default() }
}

fn post(number: usize) -> serde_json::Value {
    json!({"text": format!("number {number}")})
}

#[tokio::test]
async fn an_account_that_has_used_up_its_quota_is_refused_and_nobody_else() {
    let app = App::start_within(of_events(10), ROOM).await;
    let user = app.user(7);
    let first = user.post(&post(0)).await;
    for number in 1..10 {
        assert_eq!(user.post(&post(number)).await.status, 201);
    }
    let before = app.events().await;
    for _ in 0..3 {
        let answer = user.post(&post(11)).await;
        assert_eq!(answer.refusal(), refused(429, "quota-exceeded"));
        let wait: u32 = answer.header("retry-after").parse().expect("seconds");
        // An hour leaves with the 24th after it.
        assert!((22 * 3_600..=24 * 3_600).contains(&wait), "{wait}");
    }
    assert_eq!(user.put("/v1/messages/256/like").await.refusal(), refused(429, "quota-exceeded"));
    assert_eq!(app.events().await, before, "nothing came of what was refused");
    // What is exempt: others, deletions, admins, imports.
    assert_eq!(app.user(8).post(&post(0)).await.status, 201);
    let id = first.json()["id"].as_str().expect("ids are strings").to_owned();
    assert_eq!(user.delete(&id).await.status, 204);
    for number in 0..12 {
        assert_eq!(app.caller(9, "admin").post(&post(number)).await.status, 201);
    }
    let line =
        |n| json!({"kind": "message", "account": "8", "text": "x", "time": "2020-01-01T00:00:00Z", "key": n});
    let lines: String = (0..20).map(|n| format!("{}\n", line(format!("k{n}")))).collect();
    let imported = app.caller(10, "operator").import(lines).await;
    assert_eq!((imported.status, imported.body.matches("\"imported\"").count()), (200, 20));
}

/// What is under way at the same moment counts.
#[tokio::test]
async fn of_fifty_at_once_as_many_pass_as_the_quota_allows() {
    let app = App::start_within(of_events(10), ROOM).await;
    let user = app.user(7);
    let bodies: Vec<_> = (0..50).map(post).collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| user.post(body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 10);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refusal(), refused(429, "quota-exceeded"));
    }
    assert_eq!(app.events().await, 10);
}

/// The log is the record: nothing is lost with the process, and dispatchers share one count.
#[tokio::test]
async fn another_dispatcher_and_the_next_one_know_what_was_used() {
    let app = App::start_within(of_events(10), ROOM).await;
    for number in 0..10 {
        assert_eq!(app.user(7).post(&post(number)).await.status, 201);
    }
    let other = Api::open_with(&log_config(&app.nats), &app.tokens.config(), quiet(), of_events(10)).await;
    let ready = async || if other.is_ready().await { Ok(()) } else { Err("not ready".to_owned()) };
    eventually("the other one is ready", PATIENCE, ready).await;
    let authorization = app.tokens.of(7, "user");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let answer = other.send(Method::POST, "/v1/messages", &headers, post(11).to_string()).await;
    assert_eq!(answer.refusal(), refused(429, "quota-exceeded"));
}

/// A repetition under a key is answered as the first try was, and costs nothing.
#[tokio::test]
async fn what_was_done_is_answered_again_beyond_the_quota() {
    let app = App::start_within(of_events(10), ROOM).await;
    let user = app.user(7);
    let key = [("idempotency-key", "once")];
    let first = user.json(Method::POST, "/v1/messages", &key, &post(0)).await;
    for number in 1..10 {
        assert_eq!(user.post(&post(number)).await.status, 201);
    }
    let again = user.json(Method::POST, "/v1/messages", &key, &post(0)).await;
    assert_eq!((again.status, again.json()), (201, first.json()));
    assert_eq!(user.post(&post(11)).await.refusal(), refused(429, "quota-exceeded"));
}

#[tokio::test]
async fn bytes_count_as_events_do() {
    let quota = Quota { events_max: u64::MAX, bytes_max: 8_000 };
    let app = App::start_within(Settings { quota, ..Settings::default() }, ROOM).await;
    let user = app.user(7);
    let long = json!({"text": "\u{1f989}".repeat(280)});
    let mut posted = 0;
    while user.post(&long).await.status == 201 {
        posted += 1;
        assert!(posted < 10, "nobody counts");
    }
    // Each takes some 1,900 bytes.
    assert!((3..=5).contains(&posted), "{posted}");
}
