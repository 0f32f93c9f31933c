//! Which log an answer is about, and what happens where data and log do not belong together.

use std::time::Duration;

use query_api::ops_checks;
use service_kit::health::Health;
use testkit::eventually;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::App;
use crate::support::rows::{execute, fold, report, row};

const PATIENCE: Duration = Duration::from_secs(20);

/// The API with its look at the log, and one message.
async fn watching() -> (App, DropGuard) {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    report(&app.writer, 256, 0.0).await;
    let token = CancellationToken::new();
    let (state, watching) = (app.state.clone(), token.clone());
    tokio::spawn(async move { state.keep_watching(watching).await });
    eventually("the log is known", PATIENCE, || async {
        let answer = app.get("/v1/messages").await;
        answer.headers.get("log-lineage").map(drop).ok_or_else(|| format!("{:?}", answer.headers))
    })
    .await;
    (app, token.drop_guard())
}

#[tokio::test]
async fn every_answer_names_its_log_and_none_is_about_another_one() {
    let (app, _watch) = watching().await;
    for path in ["/v1/messages", "/v1/messages/256", "/v1/messages/1", "/v1/timeline", "/v1/projections"] {
        assert_eq!(app.get(path).await.header("log-lineage"), "test", "{path}");
        app.get_with(path, &[("Log-Lineage", "test")]).await.header("log-lineage");
        let refused = app.get_with(path, &[("Log-Lineage", "other"), ("Await-Position", "256")]).await;
        refused.is_problem(409, "other-log");
        assert_eq!(refused.header("log-lineage"), "test");
    }
    app.get_with("/v1/messages", &[("Log-Lineage", "test"), ("Await-Position", "256")]).await.ok();
    let both = [("Log-Lineage", "test"), ("Log-Lineage", "other")];
    app.get_with("/v1/messages", &both).await.is_problem(409, "other-log");
}

#[tokio::test]
async fn the_first_caller_after_a_start_is_checked_too() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    app.get_with("/v1/messages", &[("Log-Lineage", "other")]).await.is_problem(409, "other-log");
}

#[tokio::test]
async fn a_cursor_leads_nowhere_in_another_log() {
    let (app, _watch) = watching().await;
    fold(&app.writer, &[row(512, 1, &[], "2026-01-02T00:00:00Z")]).await;
    let next = app.get("/v1/messages?limit=1").await.next().expect("there are two messages");
    app.get(&next).await.ok();
    execute(&app.writer, "update control.checkpoint set lineage = 'other'").await;
    let refused = eventually("the cursor is refused", PATIENCE, || async {
        let answer = app.get(&next).await;
        if answer.status == 409 { Ok(answer) } else { Err(format!("{}", answer.status)) }
    })
    .await;
    refused.is_problem(409, "other-log");
    let next = app.get("/v1/messages?limit=1").await.next().expect("there are two messages");
    app.get(&next).await.ok();
}

#[tokio::test]
async fn nothing_is_answered_while_the_workers_refuse_the_log() {
    let (app, _watch) = watching().await;
    execute(&app.writer, "update control.worker_heartbeat set refusal = 'it is another log'").await;
    let refused = eventually("queries are refused", PATIENCE, || async {
        let answer = app.get("/v1/messages").await;
        if answer.status == 503 { Ok(answer) } else { Err(format!("{}", answer.status)) }
    })
    .await;
    refused.is_problem(503, "log-refused");
    assert_eq!(refused.json()["detail"], "it is another log");
    refused.header("retry-after");
    let told = app.get("/v1/projections").await.ok();
    assert_eq!((&told[0]["state"], &told[0]["refusal"]), (&"refused".into(), &"it is another log".into()));
    let health = Health::new();
    ops_checks(&health, &app.state, Duration::from_secs(30));
    let readiness = health.readiness().await;
    let lag = readiness.checks.iter().find(|check| check.name == "lag").expect("it is checked");
    assert_eq!((lag.ok, lag.detail.as_deref()), (false, Some("it is another log")));
    execute(&app.writer, "update control.worker_heartbeat set refusal = null").await;
    eventually("queries are answered again", PATIENCE, || async {
        let status = app.get("/v1/messages").await.status;
        if status == 200 { Ok(()) } else { Err(format!("{status}")) }
    })
    .await;
}

#[tokio::test]
async fn projections_of_two_logs_are_refused() {
    let (app, _watch) = watching().await;
    execute(
        &app.writer,
        "insert into control.checkpoint (projection, version, shard, position, lineage)
         values ('feeds', 1, 0, 256, 'other')",
    )
    .await;
    eventually("queries are refused", PATIENCE, || async {
        let answer = app.get("/v1/timeline").await;
        if answer.status == 503 { Ok(()) } else { Err(format!("{}", answer.status)) }
    })
    .await;
}
