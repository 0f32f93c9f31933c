//! Nobody takes the read API from the others: not by asking often, and not by waiting.

use std::time::Duration;

use futures::future::join_all;
use http::Method;
use http_kit::limits::WaiterLimits;
use http_kit::rates::{Action, ActionRates, Rate};
use http_kit::{Limits, rates::RateTable};
use testkit::eventually;

use crate::support::rows::{fold, row};
use crate::support::{ADMIN, ANALYST, App, Caller};

const HOUR: Duration = Duration::from_secs(3_600);
const OTHER: Caller = Caller { account: 70, roles: "user" };

pub(crate) fn few(action: Action, requests: u32) -> Limits {
    let rates = ActionRates { account: Rate::new(requests, HOUR, requests), address: None };
    Limits { access_log: false, rates: RateTable::default().with(action, rates), ..Limits::default() }
}

/// 4,200 of them under one token made everything but `/livez` 503.
#[tokio::test]
async fn one_account_that_waits_for_ever_leaves_the_others_alone() {
    let waiters = WaiterLimits { in_all_max: 8, per_account_max: 4, per_address_max: 8 };
    let app = App::start_with(Limits { in_flight_max: 8, waiters, ..few(Action::Read, 1_000) }).await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    let headers = [("Await-Position", "512"), ("Prefer", "wait=30")];
    let waiting = join_all((0..4).map(|_| async {
        loop {
            let answer = app.get_with("/v1/messages", &headers).await;
            // The look whether four wait may have had the chair.
            if answer.status != 429 {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    }));
    let meanwhile = async {
        // The fifth tells that four wait.
        eventually("four wait", Duration::from_secs(10), || async {
            let fifth =
                app.get_with("/v1/messages", &[("Await-Position", "512"), ("Prefer", "wait=0")]).await;
            if fifth.status == 429 { Ok(()) } else { Err(String::from_utf8_lossy(&fifth.body).into_owned()) }
        })
        .await;
        let greedy = join_all((0..50).map(|_| app.get_with("/v1/messages/256", &headers))).await;
        assert!(greedy.iter().any(|answer| answer.status == 429));
        for answer in greedy {
            // The rest met others of the same crowd between their head and their wait.
            assert!([429, 503].contains(&answer.status.as_u16()), "{}", answer.status);
            assert!(answer.headers.contains_key("retry-after"));
        }
        // The waiters are no work in flight: eight others are answered at the same time.
        for answer in join_all((0..8).map(|_| app.get_as(OTHER, "/v1/messages"))).await {
            assert_eq!(answer.ids(), [256]);
        }
        let own = app.get("/v1/messages").await;
        assert_eq!(own.ids(), [256], "who does not wait is answered, also with the same token");
        let other = [("Await-Position", "256"), ("Prefer", "wait=30")];
        app.send(Method::GET, "/v1/messages", Some(OTHER), &other).await.ok();
        fold(&app.writer, &[row(512, 1, &[], "2026-01-01T00:00:01Z")]).await;
    };
    let (answers, ()) = tokio::join!(waiting, meanwhile);
    for answer in answers {
        assert_eq!(answer.ids(), [512, 256]);
    }
    app.get_with("/v1/messages", &headers).await.ok();
}

#[tokio::test]
async fn what_cannot_be_reached_in_time_is_not_waited_for() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    let started = std::time::Instant::now();
    let headers = [("Await-Position", "900000000000"), ("Prefer", "wait=30")];
    let answer = app.get_with("/v1/messages", &headers).await;
    answer.is_problem(503, "not-caught-up");
    assert_eq!(answer.header("data-position"), "256");
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
}

/// Of `seconds` some may have gone by where the machine is busy.
#[track_caller]
fn assert_left<'a>(header: &'a str, left: &str, seconds: u64) -> &'a str {
    let (budget, wait) = header.split_once(";t=").expect("it says how long to wait");
    let waits: u64 = wait.parse().expect("in seconds");
    assert!(budget == left && (seconds - 60..=seconds).contains(&waits), "{header}");
    wait
}

#[tokio::test]
async fn each_account_has_its_own_budget_of_reads() {
    let app = App::start_with(few(Action::Read, 3)).await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    let first = app.get("/v1/messages").await;
    assert_eq!(first.header("ratelimit-policy"), r#""read";q=3;w=3600"#);
    assert_left(first.header("ratelimit"), r#""read";r=2"#, 1200);
    app.get("/v1/messages/256").await.ok();
    app.get("/v1/accounts/1").await.is_problem(404, "not-found");
    let refused = app.get("/v1/messages").await;
    refused.is_problem(429, "rate-limited");
    let wait = assert_left(refused.header("ratelimit"), r#""read";r=0"#, 1200);
    assert_eq!(refused.header("retry-after"), wait);
    app.get_as(OTHER, "/v1/messages").await.ok();
    for _ in 0..10 {
        let free = app.get_as(ADMIN, "/v1/messages").await;
        free.ok();
        assert!(!free.headers.contains_key("ratelimit"), "operators and admins have no budget");
    }
}

#[tokio::test]
async fn counting_has_a_budget_of_its_own_however_it_is_asked_for() {
    let app = App::start_with(few(Action::Count, 2)).await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    let count = |path: &'static str| app.get_as(ANALYST, path);
    let first = count("/v1/messages?count=1").await;
    assert_left(first.header("ratelimit"), r#""count";r=1"#, 1800);
    assert_eq!(first.ok(), 1);
    count("/v1/messages/counts?bucket=day").await.ok();
    for path in ["/v1/messages?count=1", "/v1/messages?c%6Funt=1", "/v1/messages/counts?bucket=day"] {
        let refused = count(path).await;
        refused.is_problem(429, "rate-limited");
        assert_eq!(refused.header("ratelimit-policy"), r#""count";q=2;w=3600"#);
    }
    count("/v1/messages").await.ok();
}

#[tokio::test]
async fn what_is_looked_at_one_by_one_has_the_budget_of_searches() {
    let app = App::start_with(few(Action::Search, 3)).await;
    fold(&app.writer, &[row(256, 1, &["birds"], "2026-01-01T00:00:00Z")]).await;
    for path in ["/v1/search?q=message", "/v1/tags", "/v1/messages?tagAny=birds&tagAny=owls"] {
        app.get(path).await.ok();
    }
    for path in ["/v1/search?q=message", "/v1/tags", "/v1/messages?tag=birds&tagNone=owls"] {
        let refused = app.get(path).await;
        refused.is_problem(429, "rate-limited");
        assert_eq!(refused.header("ratelimit-policy"), r#""search";q=3;w=3600"#);
    }
    // One tag is a list like any other.
    app.get("/v1/messages?tagAll=birds").await.ok();
}
