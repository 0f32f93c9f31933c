//! The rows of the projection, as comparable text.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use data_set::Pool;
use data_set::write::{self, Checkpoint, Step, WriteError};
use domain::Position;
use event_store::{Decoded, EventLog, RecordedEvent, decode};
use reducers::social::Social;
use reducers::{BadEvent, Fold, KnownEvent, OnBad, ProjectionWorker, Status, run_worker};
use sqlx::Row;
use testkit::{Postgres, eventually};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{feeds, past};

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Table name to its rows, in order.
pub(crate) type Rows = BTreeMap<String, Vec<String>>;

const TABLES: [&str; 19] = [
    "message",
    "message_tag",
    "message_edition",
    "tombstone",
    "message_count",
    "account",
    "former_account",
    "account_stat",
    "message_stat",
    "follow",
    "blocked",
    "muted",
    "liked",
    "reposted",
    "bookmarked",
    "notification",
    "read_marker",
    "moderation_action",
    "report",
];

/// So few that short histories cross it again and again, at every granularity and in both directions.
pub(crate) const SPLIT_FROM: i64 = 4;
const SPLIT_EARLY: &str = "create or replace function control.split_from() returns bigint
    language sql immutable parallel safe as 'select 4::bigint'";

/// A migrated data set of its own.
pub(crate) struct DataSet {
    pub(crate) postgres: Postgres,
    pub(crate) pool: Pool,
}

impl DataSet {
    pub(crate) async fn start() -> Self {
        let postgres = Postgres::start().await;
        data_set::migrate::migrate(&postgres.url()).await.expect("migrated");
        let pool = data_set::write::connect(&postgres.url(), "test", "social_v1").expect("a URL");
        sqlx::raw_sql(SPLIT_EARLY).execute(&pool).await.expect("replaced");
        Self { postgres, pool }
    }

    pub(crate) async fn rows(&self) -> Rows {
        let mut rows = Rows::new();
        for table in TABLES {
            let sql = format!("select to_jsonb(t)::text from social_v1.{table} t order by 1");
            let found: Vec<String> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await.expect("readable");
            rows.insert(table.to_owned(), found);
        }
        rows
    }

    pub(crate) async fn checkpoint(&self) -> Result<i64, String> {
        self.checkpoint_of("social").await
    }

    async fn checkpoint_of(&self, projection: &str) -> Result<i64, String> {
        sqlx::query_scalar("select position from control.checkpoint where projection = $1")
            .bind(projection)
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| error.to_string())
            .map(Option::unwrap_or_default)
    }

    /// As it was before the first event.
    pub(crate) async fn empty(&self) {
        let sql = "delete from control.checkpoint; delete from control.parked_event";
        sqlx::raw_sql(sql).execute(&self.pool).await.expect("emptied");
        self.empty_rows().await;
    }

    pub(crate) async fn empty_rows(&self) {
        self.empty_tables("social_v1", &TABLES).await;
    }

    pub(crate) async fn empty_feeds(&self) {
        self.empty_tables("feeds_v1", &feeds::TABLES).await;
    }

    pub(crate) async fn empty_past(&self) {
        self.empty_tables("history_v1", &past::TABLES).await;
    }

    async fn empty_tables(&self, schema: &str, tables: &[&str]) {
        let sql: String = tables.iter().map(|table| format!("delete from {schema}.{table};")).collect();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&self.pool).await.expect("emptied");
    }

    pub(crate) async fn feeds_rows(&self) -> Rows {
        feeds::rows(&self.pool).await
    }

    pub(crate) async fn past_rows(&self) -> Rows {
        past::rows(&self.pool).await
    }

    /// Back to before the first event, with the rows as they are.
    pub(crate) async fn forget_checkpoint(&self) {
        sqlx::query("update control.checkpoint set position = 0").execute(&self.pool).await.expect("reset");
    }

    pub(crate) async fn parked(&self) -> Vec<(i64, String, String)> {
        sqlx::query("select position, reason, detail from control.parked_event order by position")
            .map(|row: sqlx::postgres::PgRow| (row.get(0), row.get(1), row.get(2)))
            .fetch_all(&self.pool)
            .await
            .expect("readable")
    }

    /// Starts a worker on the projection.
    pub(crate) fn fold(&self, log: Arc<dyn EventLog>) -> Worker {
        self.work(log, OnBad::Park)
    }

    pub(crate) fn work(&self, log: Arc<dyn EventLog>, on_bad: OnBad) -> Worker {
        self.start_worker(log, Arc::new(Social), on_bad)
    }

    /// Starts a worker on any projection.
    pub(crate) fn work_on(&self, log: Arc<dyn EventLog>, fold: Arc<dyn Fold>) -> Worker {
        self.start_worker(log, fold, OnBad::Park)
    }

    fn start_worker(&self, log: Arc<dyn EventLog>, fold: Arc<dyn Fold>, on_bad: OnBad) -> Worker {
        let pool = self.worker_pool(fold.name());
        Self::start_worker_by(pool, log, fold, on_bad)
    }

    /// By another way to the database than the straight one.
    pub(crate) fn fold_by(&self, url: &str, log: Arc<dyn EventLog>) -> Worker {
        let pool = data_set::write::connect(url, "worker", "social_v1").expect("a URL");
        Self::start_worker_by(pool, log, Arc::new(Social), OnBad::Park)
    }

    fn start_worker_by(
        pool: data_set::Pool,
        log: Arc<dyn EventLog>,
        fold: Arc<dyn Fold>,
        on_bad: OnBad,
    ) -> Worker {
        let (status, token, projection) = (Status::default(), CancellationToken::new(), fold.name());
        let worker = ProjectionWorker { log, pool, fold, version: 1, status: status.clone(), on_bad };
        Worker { task: tokio::spawn(run_worker(worker, token.clone())), token, status, projection }
    }

    /// Its statements mean the tables of a projection's first version.
    pub(crate) fn worker_pool(&self, projection: &str) -> data_set::Pool {
        let schema = data_set::write::schema(projection, 1);
        data_set::write::connect(&self.postgres.url(), "worker", &schema).expect("a URL")
    }

    pub(crate) async fn projection_caught_up(&self, log: &dyn EventLog, projection: &str) {
        caught_up(log, || self.checkpoint_of(projection)).await;
    }

    /// Waits until everything in the log is folded into `social`.
    pub(crate) async fn caught_up(&self, log: &dyn EventLog) {
        caught_up(log, || self.checkpoint()).await;
    }

    /// The same for all projections of the process.
    pub(crate) async fn all_caught_up(&self, log: &dyn EventLog) {
        caught_up(log, || self.slowest_checkpoint()).await;
    }

    async fn slowest_checkpoint(&self) -> Result<i64, String> {
        let sql = "select case when count(*) = 3 then min(position) else 0 end from control.checkpoint";
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.map_err(|error| error.to_string())
    }
}

/// Folds one batch without a worker. Nothing of it may be bad.
pub(crate) async fn write_batch(
    fold: &dyn Fold,
    pool: &Pool,
    key: &write::ProjectionKey,
    from: Position,
    events: &[RecordedEvent],
) -> Result<(), WriteError> {
    let to = events.last().expect("not empty").position;
    write_known(fold, pool, key, (from, to), events.iter().filter_map(known).collect()).await
}

/// As the fold takes it; it must be readable.
pub(crate) fn known(recorded: &RecordedEvent) -> Option<KnownEvent> {
    match decode(recorded).expect("decodes") {
        Decoded::Known(event) => {
            Some(KnownEvent { position: recorded.position, recorded_at: recorded.recorded_at, event })
        }
        Decoded::UnknownType(_) => None,
    }
}

pub(crate) async fn write_known(
    fold: &dyn Fold,
    pool: &Pool,
    key: &write::ProjectionKey,
    (from, to): (Position, Position),
    events: Vec<KnownEvent>,
) -> Result<(), WriteError> {
    let changes = fold.fold(events);
    let from = Checkpoint { position: from.get(), ..Checkpoint::default() };
    let mut step = Step::advance(pool, key, from, from.at(to.get(), None)).await?;
    changes.write(&mut step).await?;
    step.commit().await
}

async fn caught_up<Fut: Future<Output = Result<i64, String>>>(
    log: &dyn EventLog,
    checkpoint: impl Fn() -> Fut,
) {
    let head = log.head().await.expect("a head").get();
    eventually("the fold catches up", PATIENCE, || async {
        let sequence = checkpoint().await? >> 8;
        if sequence as u64 >= head { Ok(()) } else { Err(format!("sequence {sequence} of {head}")) }
    })
    .await;
}

pub(crate) struct Worker {
    task: JoinHandle<Result<(), BadEvent>>,
    token: CancellationToken,
    pub(crate) status: Status,
    pub(crate) projection: &'static str,
}

impl Worker {
    pub(crate) async fn stop(self) {
        self.token.cancel();
        self.end().await.expect("not at a bad event");
    }

    /// Waits until it ends by itself.
    pub(crate) async fn end(self) -> Result<(), BadEvent> {
        tokio::time::timeout(PATIENCE, self.task).await.expect("the worker stops").expect("without panic")
    }
}
