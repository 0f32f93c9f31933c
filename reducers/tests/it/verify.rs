//! What the oracle finds in a data set that the reducers folded, and what it repairs.

mod plant;
mod scopes;
mod under_load;

use std::sync::Arc;

use data_set::Pool;
use data_set::write::FanOutLimit;
use domain::Shard;
use event_store::{EventLog, InMemoryLog};
use reducers::feeds::Feeds;
use reducers::history::History;
use reducers::social::Social;
use reducers::{BadEvent, OnBad, ProjectionWorker, Status, run_worker};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use verifier::{Report, Scope, Verification, VerifyError};

use crate::history::{self, Author};
use crate::rows::DataSet;

/// So few that the accounts of the histories cross it.
const LIMIT: FanOutLimit = FanOutLimit::new(3);

/// A log, the data set that all workers made of it, and the means to compare them.
struct System {
    log: Arc<dyn EventLog>,
    data_set: DataSet,
    pool: Pool,
}

/// All workers at work.
struct Workers {
    token: CancellationToken,
    running: JoinSet<Result<(), BadEvent>>,
}

impl Workers {
    async fn stop(self) {
        self.token.cancel();
        self.running.join_all().await;
    }
}

impl System {
    async fn start() -> Self {
        let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
        let data_set = DataSet::start().await;
        let pool = data_set::audit::connect(&data_set.postgres.url(), "test").expect("a URL");
        Self { log, data_set, pool }
    }

    /// Of a history that all workers have folded to its end.
    async fn folded(seed: u64, commands: usize) -> Self {
        let system = Self::start().await;
        Author::new(Arc::clone(&system.log), seed).write(commands).await;
        system.fold().await;
        system
    }

    fn workers(&self) -> Workers {
        let mut running = JoinSet::new();
        let token = CancellationToken::new();
        let folds: [Arc<dyn reducers::Fold>; 3] =
            [Arc::new(Social), Arc::new(Feeds { limit: LIMIT }), Arc::new(History)];
        for fold in folds {
            let (log, pool) = (Arc::clone(&self.log), self.data_set.worker_pool(fold.name()));
            let worker = ProjectionWorker {
                log,
                pool,
                fold,
                version: 1,
                status: Status::default(),
                on_bad: OnBad::Park,
            };
            running.spawn(run_worker(worker, token.clone()));
        }
        Workers { token, running }
    }

    /// To the end of the log.
    async fn fold(&self) {
        let workers = self.workers();
        self.data_set.all_caught_up(&*self.log).await;
        workers.stop().await;
    }

    async fn verify(&self, scope: Scope) -> Result<Report, VerifyError> {
        verifier::verify(&Verification::new(&*self.log, &self.pool, scope)).await
    }

    async fn found(&self) -> Vec<String> {
        found(&self.verify(Scope::All).await.expect("verified"))
    }

    async fn repair(&self) -> Report {
        let report = verifier::repair(&Verification::new(&*self.log, &self.pool, Scope::All)).await;
        report.expect("repaired")
    }

    async fn run(&self, sql: &str) {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&self.data_set.pool).await.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// `social.message missing 1`, in the order of the tables.
fn found(report: &Report) -> Vec<String> {
    let mut found = Vec::new();
    for projection in &report.projections {
        for table in &projection.tables {
            let counts = [("missing", table.missing), ("extra", table.extra), ("different", table.different)];
            for (kind, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
                found.push(format!("{}.{} {kind} {count}", projection.projection, table.table));
            }
        }
    }
    found
}

#[tokio::test]
async fn a_sound_data_set_has_no_differences_and_every_row_is_looked_at() {
    let system = System::start().await;
    // Of a history that leaves rows in every table.
    let mut author = Author::new(Arc::clone(&system.log), 61);
    author.write(250).await;
    let posted = "rookery.message.posted.v1";
    history::plant(&*system.log, posted, r#"{"author":"7","te"#).await;
    history::plant(&*system.log, "rookery.message.posted.v9", "{}").await;
    // An index of Postgres refuses it, and the oracle would take it for a message.
    let noise: String = (0..20_000_u64).map(|n| char::from(b'a' + (n * n * 31 % 7919 % 26) as u8)).collect();
    let huge = format!(r#"{{"author":"7","text":"x","tags":["{noise}"]}}"#);
    history::plant(&*system.log, posted, &huge).await;
    author.write(250).await;
    system.fold().await;
    let report = system.verify(Scope::All).await.expect("verified");
    assert_eq!(found(&report), [""; 0]);
    assert!(report.is_sound());
    for projection in &report.projections {
        for table in &projection.tables {
            let sql = format!("select count(*) from {}_v1.{}", projection.projection, table.table);
            let sql = sqlx::AssertSqlSafe(sql);
            let rows: i64 = sqlx::query_scalar(sql).fetch_one(&system.data_set.pool).await.expect("counted");
            assert!(rows > 0, "{}: the history makes no rows", table.table);
            assert_eq!(table.compared, rows as u64, "{}", table.table);
        }
    }
    for found in &report.projections {
        let sql = "select count(*) from control.parked_event where projection = $1";
        let parked = sqlx::query_scalar(sql).bind(found.projection).fetch_one(&system.data_set.pool);
        let parked: i64 = parked.await.expect("counted");
        assert!(parked >= 2);
        assert_eq!(found.parked, parked as u64);
    }
}

#[tokio::test]
async fn an_event_that_nobody_can_decode_or_knows_of_is_reported() {
    let system = System::start().await;
    Author::new(Arc::clone(&system.log), 61).write(20).await;
    let broken = history::plant(&*system.log, "rookery.account.followed.v1", "{}").await;
    system.fold().await;
    assert_eq!(system.found().await, [""; 0]);
    system.run("delete from control.parked_event where projection = 'feeds'").await;
    for report in [system.verify(Scope::All).await.expect("verified"), system.repair().await] {
        let unparked: Vec<_> = report.projections.iter().map(|found| found.unparked.clone()).collect();
        assert_eq!(unparked, [vec![], vec![broken], vec![]]);
        assert!(!report.is_sound());
    }
}

#[tokio::test]
async fn what_is_folded_later_is_compared_later() {
    let system = System::start().await;
    assert_eq!(system.found().await, [""; 0], "nothing was folded");
    let mut author = Author::new(Arc::clone(&system.log), 62);
    for _ in 0..3 {
        author.write(30).await;
        assert_eq!(system.found().await, [""; 0], "behind the log");
        system.fold().await;
        assert_eq!(system.found().await, [""; 0]);
    }
}
