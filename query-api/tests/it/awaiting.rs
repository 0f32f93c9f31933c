use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use futures::future::join_all;
use http::Method;
use testkit::eventually;

use crate::support::people::account;
use crate::support::rows::{fold, row};
use crate::support::statements::Statements;
use crate::support::{App, READER};

#[tokio::test]
async fn a_position_that_is_reached_is_answered_at_once() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    app.get_with("/v1/messages", &[("Await-Position", "256"), ("Prefer", "wait=0")]).await.ok();
    let too_early = app.get_with("/v1/messages", &[("Await-Position", "512"), ("Prefer", "wait=0")]).await;
    too_early.is_problem(503, "not-caught-up");
    account(&app.writer, 1, "heron").await;
    for path in [
        "/v1/messages",
        "/v1/messages/256",
        "/v1/messages/256/history",
        "/v1/messages/256/likes",
        "/v1/messages/256/replies",
        "/v1/messages/256/reposts",
        "/v1/messages/256/thread",
        "/v1/accounts/1",
        "/v1/accounts/by-handle/heron",
        "/v1/accounts/1/followers",
        "/v1/accounts/1/following",
        "/v1/accounts/1/likes",
        "/v1/accounts/1/replies",
        "/v1/blocks",
        "/v1/bookmarks",
        "/v1/mutes",
        "/v1/accounts/me/moderation",
        "/v1/notifications",
        "/v1/projections",
        "/v1/messages?tagAny=birds&tagAny=owls",
        "/v1/search?q=birds",
        "/v1/tags",
    ] {
        let headers = [("Await-Position", "512"), ("Prefer", "wait=0")];
        app.get_with(path, &headers).await.is_problem(503, "not-caught-up");
        let answer = app.get_with(path, &[("Await-Position", "256"), ("Prefer", "wait=30")]).await;
        answer.ok();
        assert_eq!((answer.header("data-position"), answer.header("preference-applied")), ("256", "wait=30"));
    }
}

#[tokio::test]
async fn an_answer_waits_for_its_position() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    let headers = [("Await-Position", "768"), ("Prefer", "wait=30")];
    let waiting = (0..50).map(|_| app.get_with("/v1/messages", &headers));
    let waiting = join_all(waiting);
    let folding = async {
        // The wait has begun when the database is asked for its position again and again.
        eventually("somebody waits", Duration::from_secs(10), || async {
            let asked = sqlx::query_scalar(include_str!("awaiting/asked.sql")).fetch_one(&app.writer).await;
            let asked: i64 = asked.expect("activity can be read");
            if asked > 0 { Ok(()) } else { Err("nobody asks".to_owned()) }
        })
        .await;
        fold(&app.writer, &[row(512, 1, &[], "2026-01-01T00:00:01Z")]).await;
        fold(&app.writer, &[row(768, 1, &[], "2026-01-01T00:00:02Z")]).await;
    };
    let (answers, ()) = tokio::join!(waiting, folding);
    for answer in answers {
        assert_eq!(answer.ids(), [768, 512, 256]);
        assert_eq!(answer.header("data-position"), "768");
    }
}

/// In between one task asks for all of them, so that two hundred polls take two hundred pauses.
#[tokio::test]
async fn thousands_who_wait_do_not_ask_the_database_each() {
    const WAITERS: usize = 2_000;
    const POLLS: usize = 200;
    let statements = Statements::count();
    let app = App::start_for_a_crowd().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    let headers = [("Await-Position", "512"), ("Prefer", "wait=30")];
    // Their answers are alike, and looking each up in the document would take longer than all of this may.
    let wait = || app.exchange(Method::GET, "/v1/messages/256", Some(READER), &headers);
    let waiting = join_all((0..WAITERS).map(|_| wait()));
    let folding = async {
        let reached = async |what: &str, count: &AtomicUsize, wanted: usize| {
            eventually(what, Duration::from_secs(60), || async {
                let now = count.load(Relaxed);
                if now >= wanted { Ok(()) } else { Err(format!("{now} of {wanted}")) }
            })
            .await;
        };
        reached("all wait", &statements.queries, WAITERS).await;
        let (began, polls) = (Instant::now(), statements.polls.load(Relaxed));
        reached("the position is polled", &statements.polls, polls + POLLS).await;
        let elapsed = began.elapsed();
        fold(&app.writer, &[row(512, 1, &[], "2026-01-01T00:00:01Z")]).await;
        elapsed
    };
    let (answers, elapsed) = tokio::join!(waiting, folding);
    for answer in answers {
        answer.ok();
        assert_eq!(answer.header("data-position"), "512");
    }
    assert!(elapsed >= Duration::from_millis(900), "{POLLS} polls came within {elapsed:?}");
    assert_eq!(statements.queries.load(Relaxed), 2 * WAITERS, "one before the wait and one behind it");
}

#[tokio::test]
async fn a_position_that_is_not_reached_in_time_is_said_to_be_missing() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    let started = Instant::now();
    let answer = app.get_with("/v1/messages", &[("Await-Position", "512"), ("Prefer", "wait=1")]).await;
    answer.is_problem(503, "not-caught-up");
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!((answer.header("data-position"), answer.header("retry-after")), ("256", "1"));
}

#[tokio::test]
async fn a_database_that_fell_back_is_not_believed_to_be_ahead() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z"), row(512, 1, &[], "2026-01-01T00:00:00Z")])
        .await;
    app.get_with("/v1/messages", &[("Await-Position", "512")]).await.ok();
    // As after a switch to a replica that lags.
    sqlx::query("update control.checkpoint set position = 256")
        .execute(&app.writer)
        .await
        .expect("it falls back");
    let answer = app.get_with("/v1/messages", &[("Await-Position", "512"), ("Prefer", "wait=1")]).await;
    answer.is_problem(503, "not-caught-up");
    assert_eq!(answer.header("data-position"), "256");
}
