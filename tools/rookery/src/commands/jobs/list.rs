//! `rookery jobs list`: the jobs of the file, and where they are.

use std::io::Write;

use anyhow::Result;
use jiff::Timestamp;

use super::Of;

/// Show each job with its schedule, its newest window that is over, and how that went
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {}

pub(super) async fn run(of: &Of, _arguments: &Arguments) -> Result<()> {
    let (jobs, ledger, now) = (of.jobs()?, of.ledger().await?, Timestamp::now());
    let mut out = std::io::stdout();
    for job in jobs {
        let last = job.schedule.windows_until(now, 1).pop();
        let state = match last {
            None => "none".to_owned(),
            Some(window) => {
                let entry = ledger.read(&job.name, window).await?;
                format!(
                    "{} {}",
                    window.start,
                    entry.filter(|entry| !entry.is_free()).map_or("open", |entry| entry.state.as_str())
                )
            }
        };
        let next = job.schedule.next_after(now).map_or_else(|| "never".to_owned(), |next| next.to_string());
        writeln!(out, "{}\t{}\tlast {state}\tnext {next}", job.name, job.schedule.as_str())?;
    }
    Ok(())
}
