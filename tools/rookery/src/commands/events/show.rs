//! `rookery events show`: one event, whole.

use std::io::Write;

use anyhow::{Context, Result};
use domain::{Position, Sequence};
use event_store::{EventLog, StoredEvent};

use super::filter::{position, sequence, sequence_of};
use super::print::as_whole;

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
    let stored = match (&event.envelope, &event.unreadable) {
        (None, None) => stored(log, event.position).await?,
        _ => None,
    };
    let text = as_whole(&event, stored.as_ref(), arguments.json)?;
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

/// With all that the log holds beside the data.
async fn stored(log: &dyn EventLog, position: Position) -> Result<Option<StoredEvent>> {
    let before = Sequence::new(position.sequence().get() - 1).unwrap_or_default();
    let stored = log.tail_stored(before).await?.next_batch(1).await.transpose()?;
    Ok(stored.and_then(|mut events| events.pop()))
}
