//! `rookery jobs history`: what the ledger says of a job.

use std::io::Write;

use anyhow::Result;
use jiff::Timestamp;
use jobs::{Entry, Window};
use serde::Serialize;

use super::Of;

/// Show the newest windows of a job and how they went, as NDJSON, the oldest first
///
/// A window that nobody ran, or that was given up, is `open`: the jobs' catch-up did not reach it, or it has not begun.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    name: String,
    /// Windows to show
    #[arg(long, short = 'n', value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    last: u16,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    Known(Box<Entry>),
    Open { state: &'static str, start: Timestamp, end: Timestamp },
}

pub(super) async fn run(of: &Of, arguments: &Arguments) -> Result<()> {
    let (job, ledger) = (of.job(&arguments.name)?, of.ledger().await?);
    let mut out = std::io::stdout();
    for window in job.schedule.windows_until(Timestamp::now(), arguments.last.into()) {
        let Window { start, end } = window;
        let line = match ledger.read(&job.name, window).await? {
            Some(entry) if !entry.is_free() => Line::Known(Box::new(entry)),
            _ => Line::Open { state: "open", start, end },
        };
        writeln!(out, "{}", serde_json::to_string(&line)?)?;
    }
    Ok(())
}
