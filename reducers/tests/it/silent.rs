//! A worker whose connections to the database die without a word: it says so, starts over, and is well again in time.

use std::sync::Arc;
use std::time::Duration;

use domain::Shard;
use event_store::{EventLog, InMemoryLog};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use testkit::{Proxy, Way, eventually};
use tokio::time::Instant;

use crate::history::Author;
use crate::rows::DataSet;

/// What is promised.
const WELL_AGAIN: Duration = Duration::from_secs(30);

/// How long ago the worker last gave a sign of life, in seconds.
const SILENT_FOR: &str =
    "select extract(epoch from now() - max(seen_at))::float8 from control.worker_heartbeat";

async fn is_well_again(what: &str, data_set: &DataSet, log: &dyn EventLog) {
    let began = Instant::now();
    let head = log.head().await.expect("it is in memory");
    eventually(&format!("{what}: the events are folded"), WELL_AGAIN, || async {
        let at = data_set.checkpoint().await?;
        let reached = domain::Position::new(head, Shard(0)).get();
        if at >= reached { Ok(()) } else { Err(format!("{at} of {reached}")) }
    })
    .await;
    eventually(&format!("{what}: the worker gives signs of life"), WELL_AGAIN, || async {
        let silent: f64 = sqlx::query_scalar(SILENT_FOR)
            .fetch_one(&data_set.pool)
            .await
            .map_err(|error| error.to_string())?;
        if silent < 3.0 { Ok(()) } else { Err(format!("silent for {silent} s")) }
    })
    .await;
    assert!(began.elapsed() < WELL_AGAIN, "{what}: {:?}", began.elapsed());
}

async fn survives(way: Way) {
    let (log, data_set): (Arc<dyn EventLog>, _) =
        (Arc::new(InMemoryLog::new(Shard(0))), DataSet::start().await);
    let proxy = Proxy::start(data_set.postgres.port()).await;
    let worker =
        data_set.fold_by(&proxy.url(&data_set.postgres.url(), data_set.postgres.port()), Arc::clone(&log));
    let mut author = Author::new(Arc::clone(&log), 1);
    author.write(20).await;
    data_set.caught_up(&*log).await;
    proxy.silence(way);
    author.write(20).await;
    is_well_again(&format!("{way:?}"), &data_set, &*log).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_worker_whose_words_do_not_arrive_is_well_again_in_time() {
    survives(Way::ToServer).await;
}

#[tokio::test]
async fn a_worker_whose_answers_do_not_arrive_is_well_again_in_time() {
    survives(Way::ToClient).await;
}

#[tokio::test]
async fn a_worker_whose_connections_are_dead_is_well_again_in_time() {
    survives(Way::Both).await;
}

/// Between two statements: one that is frozen inside a transaction keeps its locks, and nobody can take them from it.
#[tokio::test]
async fn a_worker_whose_idle_backends_are_frozen_is_well_again_in_time() {
    let (log, data_set): (Arc<dyn EventLog>, _) =
        (Arc::new(InMemoryLog::new(Shard(0))), DataSet::start().await);
    let worker = data_set.fold(Arc::clone(&log));
    let mut author = Author::new(Arc::clone(&log), 1);
    author.write(20).await;
    data_set.caught_up(&*log).await;
    let idle = "select pid from pg_stat_activity where application_name = 'worker' and state = 'idle'";
    let frozen: Vec<i32> = eventually("a backend is idle", Duration::from_secs(10), || async {
        let idle: Vec<i32> =
            sqlx::query_scalar(idle).fetch_all(&data_set.pool).await.map_err(|error| error.to_string())?;
        if idle.is_empty() { Err("none is".to_owned()) } else { Ok(idle) }
    })
    .await;
    let frozen = Frozen::all(&frozen);
    author.write(20).await;
    is_well_again("frozen", &data_set, &*log).await;
    drop(frozen);
    worker.stop().await;
}

/// Stopped until this is dropped; a server does not end while a backend is.
struct Frozen(Vec<Pid>);

impl Frozen {
    fn all(pids: &[i32]) -> Self {
        let pids: Vec<Pid> = pids.iter().copied().map(Pid::from_raw).collect();
        pids.iter().for_each(|pid| kill(*pid, Signal::SIGSTOP).expect("it can be stopped"));
        Self(pids)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        for pid in &self.0 {
            kill(*pid, Signal::SIGCONT).ok();
        }
    }
}
