use std::time::Duration;

use postgres_kit::{Limits, Pool};
use testkit::{Postgres, eventually};
use tokio::time::timeout;

async fn pool_of_one(postgres: &Postgres) -> Pool {
    let options = postgres_kit::options(&postgres.url(), "test").expect("the address is good");
    let limits =
        Limits { connections_max: 1, check_out: Duration::from_secs(4), statement: Duration::from_secs(4) };
    Pool::new(options, limits)
}

async fn backend(pool: &Pool) -> i32 {
    sqlx::query_scalar("select pg_backend_pid()").fetch_one(pool).await.expect("it is answered")
}

async fn begin_of_transaction(pool: &Pool) -> String {
    sqlx::query_scalar("select now()::text").fetch_one(pool).await.expect("it is answered")
}

#[tokio::test]
async fn a_statement_whose_caller_went_away_is_waited_for_and_its_connection_kept() {
    let postgres = Postgres::start().await;
    let pool = pool_of_one(&postgres).await;
    let before = backend(&pool).await;
    let slow = sqlx::query("select pg_sleep(1)").execute(&pool);
    assert!(timeout(Duration::from_millis(100), slow).await.is_err(), "it takes a second");
    assert_eq!(backend(&pool).await, before);
}

#[tokio::test]
async fn a_transaction_that_was_dropped_at_any_moment_leaves_nothing() {
    let postgres = Postgres::start().await;
    let pool = pool_of_one(&postgres).await;
    sqlx::query("create table kept (n int)").execute(&pool).await.expect("made");
    for microseconds in (0..4_000).step_by(100) {
        let work = async {
            let mut transaction = pool.begin().await?;
            sqlx::query("insert into kept values (1)").execute(&mut *transaction).await?;
            std::future::pending::<()>().await;
            Ok::<_, sqlx::Error>(())
        };
        timeout(Duration::from_micros(microseconds), work).await.expect_err("it never ends by itself");
        let begun = [begin_of_transaction(&pool).await, begin_of_transaction(&pool).await];
        assert_ne!(
            begun[0], begun[1],
            "cut after {microseconds} us, the connection is still in a transaction"
        );
        let kept: i64 =
            sqlx::query_scalar("select count(*) from kept").fetch_one(&pool).await.expect("answered");
        assert_eq!(kept, 0, "cut after {microseconds} us");
    }
}

#[tokio::test]
async fn a_transaction_on_a_connection_of_ones_own_ends_when_it_is_dropped() {
    let postgres = Postgres::start().await;
    let pool = pool_of_one(&postgres).await;
    let mut connection = pool.acquire().await.expect("it is free");
    sqlx::query("create table kept (n int)").execute(&mut *connection).await.expect("made");
    let mut transaction = connection.begin().await.expect("begun");
    sqlx::query("insert into kept values (1)").execute(&mut *transaction).await.expect("inserted");
    drop(transaction);
    let kept: i64 =
        sqlx::query_scalar("select count(*) from kept").fetch_one(&mut *connection).await.expect("answered");
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn what_was_refused_does_not_spoil_the_connection() {
    let postgres = Postgres::start().await;
    let pool = pool_of_one(&postgres).await;
    let before = backend(&pool).await;
    sqlx::query("select 1 / 0").execute(&pool).await.expect_err("the server refuses it");
    assert_eq!(backend(&pool).await, before);
}

#[tokio::test]
async fn a_closed_pool_has_no_connections_left() {
    let postgres = Postgres::start().await;
    let pool = pool_of_one(&postgres).await;
    let before = backend(&pool).await;
    pool.close().await;
    assert!(matches!(pool.acquire().await, Err(sqlx::Error::PoolClosed)));
    let other = pool_of_one(&postgres).await;
    eventually("its backend is gone", Duration::from_secs(10), || async {
        let still: i64 = sqlx::query_scalar("select count(*) from pg_stat_activity where pid = $1")
            .bind(before)
            .fetch_one(&other)
            .await
            .map_err(|error| error.to_string())?;
        if still == 0 { Ok(()) } else { Err("it is still there".to_owned()) }
    })
    .await;
}
