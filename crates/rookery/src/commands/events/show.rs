//! `rookery events show`: one event, whole.

use std::io::Write;

use anyhow::{Context, Result};
use domain::Position;
use event_store::EventLog;

use super::filter::{position, sequence, sequence_of};
use super::print::{as_json, as_pretty_json};

/// Show one event with all that is known of it
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where it is, like 256; a message's id is the position at which it was posted
    #[arg(value_name = "POSITION", value_parser = position)]
    position: Position,
    /// On one line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(log: &dyn EventLog, arguments: &Arguments) -> Result<()> {
    let event = log.read(sequence(sequence_of(log, arguments.position)?)).await?;
    let event = event.with_context(|| format!("the log has no event at position {}", arguments.position))?;
    let text = if arguments.json { as_json(&event)? } else { as_pretty_json(&event)? };
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
