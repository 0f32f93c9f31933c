//! What is refused before a stream begins.

use http_body_util::BodyExt;
use serde_json::Value;

use super::{app, post};
use crate::support::rows::{execute, report};
use crate::support::stream::ask;
use crate::support::{App, READER};

async fn refused(app: &App, query: &str, headers: &[(&str, &str)]) -> (u16, String, Value) {
    let response = ask(app, READER, query, headers).await;
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json", "{query}");
    let body = response.into_body().collect().await.expect("a problem is short").to_bytes();
    let problem: Value = serde_json::from_slice(&body).expect("it is JSON");
    (status, problem["code"].as_str().expect("it has a code").to_owned(), problem)
}

#[tokio::test]
async fn what_cannot_be_streamed_is_a_problem() {
    let app = app().await;
    for (query, field) in [
        ("?tga=birds", "tga"),
        ("?type=message.liked", "type"),
        ("?type=message.reposted", "type"),
        ("?type=notification", "type"),
        ("?timeline=public", "timeline"),
        ("?timeline=home&tag=birds", "timeline"),
        ("?timeline=home&author=1", "timeline"),
        ("?notifications=yes", "notifications"),
        ("?author=heron", "author"),
        ("?after=now", "after"),
        ("?after=-256", "after"),
        ("?after=256-", "after"),
        ("?tag=a&tag=b", "tag"),
        ("?tag=", "tag"),
        ("?tagAny=birds&tagAny=", "tagAny"),
    ] {
        let (status, code, problem) = refused(&app, query, &[]).await;
        assert_eq!((status, &*code), (400, "invalid-parameter"), "{query}");
        assert_eq!(problem["errors"][0]["field"], field, "{query}");
    }
    let (.., problem) = refused(&app, "?type=message.posted,message.edited", &[]).await;
    assert!(problem["errors"][0]["detail"].to_string().contains("type=…&type=…"), "{problem}");
    let (status, code, problem) = refused(&app, "", &[("Last-Event-ID", "x")]).await;
    assert_eq!((status, &*code), (400, "invalid-header"));
    assert_eq!(problem["errors"][0]["field"], "Last-Event-ID");
    let (status, code, problem) = refused(&app, "?after=257", &[]).await;
    assert_eq!((status, &*code), (409, "other-log"));
    assert!(problem["detail"].to_string().contains("multiples of 256"), "{problem}");
    let (status, code, _) = refused(&app, "", &[("Log-Lineage", "another")]).await;
    assert_eq!((status, &*code), (409, "other-log"));
}

#[tokio::test]
async fn a_position_may_be_neither_ahead_nor_too_old() {
    let app = app().await;
    let no_wait = [("Prefer", "wait=0")];
    let (status, code, _) = refused(&app, "?after=768", &no_wait).await;
    assert_eq!((status, &*code), (503, "not-caught-up"), "it may be on its way");
    report(&app.writer, 512, 0.0).await;
    let of_history = "insert into control.worker_heartbeat (projection, version, shard, head, seen_at, complete_until) \
        values ('history', 1, 0, 512, now() + interval '1 hour', now())";
    execute(&app.writer, of_history).await;
    let (status, code, problem) = refused(&app, "?after=768", &no_wait).await;
    assert_eq!((status, &*code), (409, "position-ahead"), "no event has it");
    assert!(problem["detail"].to_string().contains("The log ends at 512."), "{problem}");
    post(&app, 100_003, 1, &[]).await;
    let (status, code, _) = refused(&app, "", &[("Last-Event-ID", "512")]).await;
    assert_eq!((status, &*code), (410, "position-too-old"));
    assert!(ask(&app, READER, "?after=768", &[]).await.status().is_success());
}
