use std::time::Duration;

use testkit::{Postgres, eventually};

use crate::support::people::account;
use crate::support::rows::{execute, fold, row};
use crate::support::{ANALYST, App};

const READS: [&str; 10] = [
    "/v1/messages",
    "/v1/messages?count=1",
    "/v1/messages/counts?bucket=day",
    "/v1/messages/256",
    "/v1/messages/256/likes",
    "/v1/messages/256/thread",
    "/v1/accounts/1",
    "/v1/accounts/1/followers",
    "/v1/notifications",
    "/v1/projections",
];

#[tokio::test]
async fn without_postgres_reads_are_unavailable_and_come_back_by_themselves() {
    let mut app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    account(&app.writer, 1, "heron").await;
    for path in READS {
        app.get_as(ANALYST, path).await.ok();
    }
    app.postgres.stop().await;
    for path in READS {
        let answer = app.get_as(ANALYST, path).await;
        answer.is_problem(503, "unavailable");
        assert_eq!(answer.header("retry-after"), "1");
    }
    let waiting = app.get_with("/v1/messages", &[("Await-Position", "512"), ("Prefer", "wait=3")]).await;
    waiting.is_problem(503, "unavailable");
    app.postgres.restart().await;
    eventually("reads are answered again", Duration::from_secs(20), || async {
        let answer = app.get("/v1/messages").await;
        if answer.status.is_success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&answer.body).into_owned())
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_schema_reads_are_unavailable() {
    let app = App::over(Postgres::start().await).await;
    for path in READS {
        app.get_as(ANALYST, path).await.is_problem(503, "unavailable");
    }
}

#[tokio::test]
async fn a_table_that_is_locked_for_long_is_unavailable() {
    let app = App::start().await;
    let mut lock = app.writer.begin().await.expect("a transaction begins");
    let locking = sqlx::query("lock table social_v1.message in access exclusive mode").execute(&mut *lock);
    locking.await.expect("nobody else holds it");
    app.get("/v1/messages/256").await.is_problem(503, "unavailable");
    lock.rollback().await.expect("it can be released");
    execute(&app.writer, "select 1").await;
    app.get("/v1/messages/256").await.is_problem(404, "not-found");
}
