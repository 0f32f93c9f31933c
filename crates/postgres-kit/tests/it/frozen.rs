use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use postgres_kit::{Limits, Pool, is_no_answer};
use testkit::Postgres;
use tokio::time::Instant;

const LIMIT: Duration = Duration::from_secs(2);

/// A backend that is stopped until this is dropped; a server does not end while one is.
struct Frozen(Pid);

impl Frozen {
    async fn of(pool: &Pool) -> Self {
        let pid: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(pool).await.expect("alive");
        let pid = Pid::from_raw(pid);
        kill(pid, Signal::SIGSTOP).expect("it can be stopped");
        Self(pid)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        kill(self.0, Signal::SIGCONT).ok();
    }
}

#[tokio::test]
async fn a_frozen_backend_holds_up_one_statement_for_its_limit() {
    let postgres = Postgres::start().await;
    let options = postgres_kit::options(&postgres.url(), "test").expect("the address is good");
    let limits = Limits { connections_max: 1, check_out: Duration::from_secs(4), statement: LIMIT };
    let pool = Pool::new(options, limits);
    let _frozen = Frozen::of(&pool).await;
    let began = Instant::now();
    let error = sqlx::query("select 1").execute(&pool).await.expect_err("nobody answers");
    assert!(is_no_answer(&error), "{error}");
    assert!(began.elapsed() < LIMIT * 2, "{:?}", began.elapsed());
    sqlx::query("select 1").execute(&pool).await.expect("its place is free, and the next backend lives");
}
