//! `rookery jobs`: jobs by schedule, over windows of the log.

mod backfill;
mod data_set;
mod history;
mod list;
mod run;
mod window;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use domain::Shard;
use event_store::buckets;
use jobs::{Job, Ledger, Runner, Settings};
use service_kit::config::Secret;
use service_kit::shutdown::Shutdown;
use tokio_util::sync::CancellationToken;

use self::data_set::PublishedDataSet;
use crate::data_dir::DataDirArgument;
use crate::logging::LoggingArguments;
use crate::{connections, period};

/// In the broker's list of connections.
const CLIENT_NAME: &str = "rookery-jobs";
pub(super) const LEASE_DEFAULT: &str = "30s";

/// Run jobs by schedule, each window of theirs once by any number of runners
///
/// The jobs are in a file; docs/JOBS.md says how it looks and what a job is told. The log is that of ROOKERY_NATS_URL or
/// ROOKERY_EVENT_STORE_URL (or the same with _FILE), else that of the `rookery up` which runs on the data directory. The
/// data set is that of ROOKERY_ANALYST_URL, or likewise.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    of: Of,
}

/// Which jobs, and of which system.
#[derive(Debug, clap::Args)]
struct Of {
    /// The file of jobs (YAML)
    #[arg(
        long = "jobs",
        global = true,
        value_name = "FILE",
        env = "ROOKERY_JOBS_FILE",
        default_value = "jobs.yaml"
    )]
    file: PathBuf,
    #[command(flatten)]
    data: DataDirArgument,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Arguments),
    #[command(name = "run")]
    Execute(run::Arguments),
    History(history::Arguments),
    Backfill(backfill::Arguments),
}

/// How to take part.
#[derive(Debug, clap::Args)]
struct RunnerArguments {
    /// How long a runner may be silent before another one takes its window over
    #[arg(long, value_name = "TIME", env = "ROOKERY_JOBS_LEASE", default_value = LEASE_DEFAULT, value_parser = period::parse)]
    lease: Duration,
    #[command(flatten)]
    logging: LoggingArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let of = &arguments.of;
        match &arguments.command {
            Command::List(arguments) => list::run(of, arguments).await,
            Command::Execute(arguments) => Box::pin(run::run(of, arguments)).await,
            Command::History(arguments) => history::run(of, arguments).await,
            Command::Backfill(arguments) => Box::pin(backfill::run(of, arguments)).await,
        }
    })
}

impl Of {
    fn jobs(&self) -> Result<Vec<Job>> {
        read(&self.file)
    }

    fn job(&self, name: &str) -> Result<Job> {
        let job = self.jobs()?.into_iter().find(|job| job.name == name);
        job.with_context(|| format!("{} has no job {name}", self.file.display()))
    }

    async fn ledger(&self) -> Result<Ledger> {
        ledger(&connections::jobs_url(&self.data)?).await.context("is the system running?")
    }

    /// Ends when the process is told to.
    async fn runner(&self, arguments: &RunnerArguments, shutdown: &Shutdown) -> Result<Runner> {
        let urls =
            Urls { log: connections::jobs_url(&self.data)?, data_set: connections::analyst_url(&self.data)? };
        let runner = runner(&urls, arguments.lease, Vec::new(), shutdown.token()).await;
        runner.context("is the system running?")
    }
}

/// What a runner reaches, as the users that are meant for it.
#[derive(Debug)]
pub(super) struct Urls {
    pub(super) log: Secret,
    pub(super) data_set: Secret,
}

/// Reads a file of jobs.
pub(super) fn read(file: &Path) -> Result<Vec<Job>> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("read {}: name the file of jobs with --jobs", file.display()))?;
    jobs::parse(&text).with_context(|| file.display().to_string())
}

async fn ledger(log: &Secret) -> Result<Ledger> {
    let bucket = event_store_open::find_bucket(log.expose(), CLIENT_NAME, Shard(0), buckets::JOBS).await?;
    Ok(Ledger::new(bucket))
}

/// `env`: what commands are told besides. Everything ends once `stop` is cancelled.
pub(super) async fn runner(
    urls: &Urls,
    lease: Duration,
    env: Vec<(&'static str, String)>,
    stop: CancellationToken,
) -> Result<Runner> {
    Ok(Runner {
        log: event_store_open::open_log(urls.log.expose(), CLIENT_NAME).await?,
        ledger: ledger(&urls.log).await?,
        data_set: Some(Arc::new(PublishedDataSet::connect(&urls.data_set)?)),
        settings: Settings { runner: runner_name(), lease, env },
        stop,
    })
}

/// Host and process, for people.
pub(super) fn runner_name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    format!("{}/{}", if host.is_empty() { "?" } else { host }, std::process::id())
}
