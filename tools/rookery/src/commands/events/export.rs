//! `rookery events export`: events as NDJSON.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use event_store::EventLog;

use super::filter::{Filter, Range, each_batch};
use super::print::as_json;

/// Write events as NDJSON, up to the end that the log has now
///
/// For other programs. A copy from which the log can be restored is made by `rookery archive`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    range: Range,
    /// Into this file instead of standard output; one that is there already is replaced
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(log: &dyn EventLog, arguments: &Arguments) -> Result<()> {
    let mut out: BufWriter<Box<dyn Write>> = BufWriter::new(match &arguments.output {
        Some(path) => Box::new(File::create(path).with_context(|| format!("write {}", path.display()))?),
        None => Box::new(std::io::stdout()),
    });
    let span = arguments.range.span(log).await?;
    each_batch(log, span, |events| {
        for event in events.iter().filter(|event| arguments.filter.takes(event)) {
            writeln!(out, "{}", as_json(event)?)?;
        }
        Ok(())
    })
    .await?;
    Ok(out.flush()?)
}
