//! `rookery jobs run`: all jobs by their schedules, or one window of one.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Result, bail};
use http_kit::ops;
use jiff::Timestamp;
use jobs::{Entry, State};
use service_kit::health::Health;
use service_kit::shutdown::Shutdown;

use super::{Of, RunnerArguments, window};

/// Run all jobs as their windows end, until Ctrl-C; or one window of one job, and end as it went
///
/// Any number of runners may do so at once: each window is one's. Exits with 0 where the window succeeded, also if it had
/// before.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only this job, and one window of it
    #[arg(requires = "window")]
    name: Option<String>,
    /// The window: last, yesterday, the day on which it starts (2026-01-31), or the time (2026-01-31T00:00:00Z)
    #[arg(long, value_name = "WINDOW", requires = "name")]
    window: Option<String>,
    /// Where /metrics, /livez and /readyz are served
    #[arg(long, value_name = "ADDRESS", env = "ROOKERY_JOBS_OPS_LISTEN", conflicts_with = "name")]
    ops_listen: Option<SocketAddr>,
    #[command(flatten)]
    runner: RunnerArguments,
}

pub(super) async fn run(of: &Of, arguments: &Arguments) -> Result<()> {
    arguments.runner.logging.init()?;
    let shutdown = Shutdown::on_signals()?;
    if let (Some(name), Some(text)) = (&arguments.name, &arguments.window) {
        let job = of.job(name)?;
        let window = window::find(&job, text, Timestamp::now())?;
        let entry = of.runner(&arguments.runner, &shutdown).await?.run_one(&job, window).await?;
        return judge(name, &entry);
    }
    let jobs = of.jobs()?;
    if let Some(address) = arguments.ops_listen {
        let listener = ops::bind(address, "ROOKERY_JOBS_OPS_LISTEN")?;
        tokio::spawn(ops::serve(listener, ops::routes(Health::new()), shutdown.token()));
    }
    let runner = Arc::new(of.runner(&arguments.runner, &shutdown).await?);
    jobs::serve(runner, jobs).await;
    Ok(())
}

/// What a window came to, for whoever asked for it.
pub(super) fn judge(name: &str, entry: &Entry) -> Result<()> {
    if entry.state == State::Succeeded {
        tracing::info!(job.name = name, window = %entry.start, tries = entry.tries, "the window succeeded");
        return Ok(());
    }
    let outcome = entry.outcome.as_ref().map(ToString::to_string);
    let outcome = outcome.unwrap_or_else(|| "no try ended".to_owned());
    bail!("the window {} of {name} {}: {outcome}", entry.start, entry.state.as_str())
}
