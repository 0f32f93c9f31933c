use std::time::Duration;

use testkit::{Postgres, Proxy, Way, eventually};
use tokio::time::Instant;

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

/// With the limits of production.
#[tokio::test]
async fn when_connections_die_without_a_word_reads_are_back_in_time() {
    for way in Way::ALL {
        let postgres = Postgres::start().await;
        data_set::migrate::migrate(&postgres.url()).await.expect("a new database can be migrated");
        let proxy = Proxy::start(postgres.port()).await;
        let app = App::by_way_of(&proxy, postgres).await;
        let reads = || futures::future::join_all((0..8).map(|_| app.get("/v1/messages")));
        reads().await.iter().for_each(|answer| drop(answer.ok()));
        proxy.silence(way);
        let began = Instant::now();
        eventually("all reads are answered", Duration::from_secs(10), || async {
            let refused = reads().await.iter().filter(|answer| !answer.status.is_success()).count();
            if refused == 0 { Ok(()) } else { Err(format!("{refused} of 8 are refused")) }
        })
        .await;
        assert!(began.elapsed() < Duration::from_secs(10), "{way:?}: {:?}", began.elapsed());
    }
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
