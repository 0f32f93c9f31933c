//! Which workers run: one per version that the data set wants folded. An operator adds, switches and drops versions
//! while the reducers run, so the supervisor looks again and again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use data_set::Pool;
use data_set::versions::{self, State, Version};
use data_set::write;
use event_store::EventLog;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::error::BadEvent;
use super::follow::run_worker;
use super::projection_worker::{OnBad, ProjectionWorker};
use super::status::Status;
use crate::projections::Fold;

/// Between two looks: a version that was handed over begins to move that much later.
const PERIOD: Duration = Duration::from_secs(1);
/// Where the versions are written down.
const CONTROL: &str = "control";

/// The status of the worker whose rows are published.
#[derive(Debug, Clone, Default)]
pub(crate) struct PublishedStatus(Arc<Mutex<Status>>);

impl PublishedStatus {
    pub(crate) fn check(&self) -> Result<(), String> {
        self.status().check()
    }

    pub(crate) fn failed(&self, why: String) {
        self.status().failed(why);
    }

    fn status(&self) -> Status {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, status: &Status) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone_from(status);
    }
}

struct Running {
    status: Status,
    token: CancellationToken,
}

pub(crate) struct Supervisor {
    log: Arc<dyn EventLog>,
    database_url: String,
    pool: Pool,
    folds: Vec<(Arc<dyn Fold>, PublishedStatus)>,
    running: BTreeMap<(String, i32), Running>,
    tasks: JoinSet<Result<(), BadEvent>>,
}

impl Supervisor {
    pub(crate) fn new(
        log: Arc<dyn EventLog>,
        database_url: &str,
        folds: Vec<(Arc<dyn Fold>, PublishedStatus)>,
    ) -> anyhow::Result<Self> {
        let pool = write::connect(database_url, "rookery-reducers versions", CONTROL)?;
        let pool = pool.with_statement_limit(write::PATIENCE_MIN);
        let database_url = database_url.to_owned();
        let (running, tasks) = (BTreeMap::new(), JoinSet::new());
        Ok(Self { log, database_url, pool, folds, running, tasks })
    }

    /// Runs until the token is cancelled, and all workers have ended. A worker that panics ends it, too.
    pub(crate) async fn run(mut self, token: CancellationToken) -> anyhow::Result<()> {
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while token.run_until_cancelled(ticks.tick()).await.is_some() {
            match token.run_until_cancelled(versions::folded(&self.pool)).await {
                None => break,
                Some(Ok(wanted)) => self.follow(&wanted, &token)?,
                // The workers that run notice by themselves what is wrong with the database.
                Some(Err(error)) => self.failed(&error),
            }
            while let Some(ended) = self.tasks.try_join_next() {
                ended??;
            }
        }
        while let Some(ended) = self.tasks.join_next().await {
            ended??;
        }
        Ok(())
    }

    fn failed(&self, error: &impl std::fmt::Display) {
        tracing::warn!(%error, "the versions to fold cannot be read");
        if self.running.is_empty() {
            let why = format!("reading the versions to fold: {error}");
            self.folds.iter().for_each(|(_, status)| status.failed(why.clone()));
        }
    }

    fn follow(&mut self, wanted: &[Version], token: &CancellationToken) -> anyhow::Result<()> {
        let is_wanted = |(projection, version): &(String, i32)| {
            wanted.iter().any(|one| one.projection == *projection && one.version == *version)
        };
        self.running.retain(|key, worker| {
            let stays = is_wanted(key);
            if !stays {
                tracing::info!(
                    projection = key.0,
                    version = key.1,
                    "this version is not folded here any more"
                );
                worker.token.cancel();
            }
            stays
        });
        for version in wanted {
            let Some((fold, published)) =
                self.folds.iter().find(|(fold, _)| fold.name() == version.projection)
            else {
                continue;
            };
            let key = (version.projection.clone(), version.version);
            if !self.running.contains_key(&key) {
                let worker = self.worker(Arc::clone(fold), version.version)?;
                let running = Running { status: worker.status.clone(), token: token.child_token() };
                tracing::info!(projection = key.0, version = key.1, "folding this version");
                self.tasks.spawn(run_worker(worker, running.token.clone()));
                self.running.insert(key.clone(), running);
            }
            if version.state == State::Published {
                published.set(&self.running[&key].status);
            }
        }
        Ok(())
    }

    fn worker(&self, fold: Arc<dyn Fold>, version: i32) -> anyhow::Result<ProjectionWorker> {
        let schema = write::schema(fold.name(), version);
        let pool = write::connect(&self.database_url, &format!("rookery-reducers {schema}"), &schema)?;
        Ok(ProjectionWorker {
            log: Arc::clone(&self.log),
            pool,
            fold,
            version,
            status: Status::default(),
            on_bad: OnBad::Park,
        })
    }
}
