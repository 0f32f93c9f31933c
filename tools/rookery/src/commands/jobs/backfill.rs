//! `rookery jobs backfill`: windows of the past.

use anyhow::{Result, ensure};
use jiff::Timestamp;
use service_kit::shutdown::Shutdown;

use super::run::judge;
use super::{Of, RunnerArguments, window};

/// At once; more is done in steps.
const WINDOWS_MAX: usize = 10_000;

/// Run all windows of a job within a time that did not succeed yet, the oldest first
///
/// Ends at the first one that fails; run again, it goes on there.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    name: String,
    /// The first window starts then or later: 2026-01-31 in the schedule's zone, or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    from: String,
    /// The last window ends then or before; now, unless said otherwise
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    #[command(flatten)]
    runner: RunnerArguments,
}

pub(super) async fn run(of: &Of, arguments: &Arguments) -> Result<()> {
    arguments.runner.logging.init()?;
    let shutdown = Shutdown::on_signals()?;
    let job = of.job(&arguments.name)?;
    let now = Timestamp::now();
    let from = window::timestamp(&job, &arguments.from)?;
    let to = arguments.to.as_deref().map_or(Ok(now), |text| window::timestamp(&job, text))?;
    let windows = job.schedule.windows_between(from, to.min(now), WINDOWS_MAX + 1);
    ensure!(windows.len() <= WINDOWS_MAX, "these are more than {WINDOWS_MAX} windows: choose a shorter time");
    ensure!(!windows.is_empty(), "no window of {} ends within this time: look at --from and --to", job.name);
    let runner = of.runner(&arguments.runner, &shutdown).await?;
    runner.run_all(&job, &windows, |entry| judge(&job.name, entry)).await
}
