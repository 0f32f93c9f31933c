//! Runs the jobs of a file beside the services, as `rookery jobs run` does elsewhere.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use jobs::Job;
use service_kit::config::{Environment, Secret};
use service_kit::health::Health;
use service_kit::shutdown::Shutdown;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::is_ready;
use crate::commands::jobs::{LEASE_DEFAULT, Urls, runner};
use crate::data_dir::DataDir;
use crate::{files, period};

/// What commands are told of the API, unless the environment says it.
const API_URL: &str = "ROOKERY_API_URL";
/// Before a log or a ledger is looked for again that was not to be reached.
const RETRY_PERIOD: Duration = Duration::from_secs(1);
/// For runs that are ended to give up their windows, while there are servers.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// Runs of jobs under way in this process.
#[derive(Debug)]
pub(super) struct Running(JoinHandle<()>);

impl Running {
    /// Waits for the end that the shutdown has asked for.
    pub(super) async fn stop(self) {
        if tokio::time::timeout(STOP_LIMIT, self.0).await.is_err() {
            tracing::warn!("a runner of jobs did not end in time: its windows wait for their lease");
        }
    }
}

/// Begins once everything is ready, and ends with the shutdown.
pub(super) fn start(
    data: &DataDir,
    jobs: Vec<Job>,
    api_url: &str,
    health: &Health,
    shutdown: &Shutdown,
) -> Result<Running> {
    let lease = period::parse(LEASE_DEFAULT).map_err(|error| anyhow!(error))?;
    let read =
        |file| anyhow::Ok(Secret::new(files::read_if_there(file)?.context("what runners of jobs reach")?));
    let urls = Urls { log: read(&data.jobs_url())?, data_set: read(&data.analyst_url())? };
    let said = Environment::from_process().optional::<String>(API_URL).flatten();
    let env = vec![(API_URL, said.unwrap_or_else(|| api_url.to_owned()))];
    let (health, stop) = (health.clone(), shutdown.token());
    let running = async move {
        if stop.run_until_cancelled(is_ready(&health)).await.is_none() {
            return;
        }
        let opening = open(&urls, lease, env, stop.clone());
        if let Some(runner) = stop.run_until_cancelled(Box::pin(opening)).await {
            jobs::serve(Arc::new(runner), jobs).await;
        }
    };
    Ok(Running(tokio::spawn(running)))
}

async fn open(
    urls: &Urls,
    lease: Duration,
    env: Vec<(&'static str, String)>,
    stop: CancellationToken,
) -> jobs::Runner {
    loop {
        match runner(urls, lease, env.clone(), stop.clone()).await {
            Ok(runner) => return runner,
            Err(error) => tracing::warn!("jobs are not run yet: {error:#}"),
        }
        tokio::time::sleep(RETRY_PERIOD).await;
    }
}
