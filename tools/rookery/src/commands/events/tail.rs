//! `rookery events tail`: follows the log.

use anyhow::{Result, anyhow};
use domain::Position;
use event_store::{EventLog, RecordedEvent, first_since};
use time::OffsetDateTime;

use super::filter::{Filter, position, sequence, sequence_of, timestamp};
use super::print::Lines;

/// Events that are taken from the log at once.
const BATCH: usize = 1_000;

/// Show the newest events, and then every new one as it comes
///
/// On a terminal a line for people, elsewhere NDJSON. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  rookery events tail --type rookery.message.posted --since 2026-01-31
  rookery events tail --account 7 --json | jq .data")]
pub(super) struct Arguments {
    #[command(flatten)]
    filter: Filter,
    /// Begin at this position
    #[arg(long, value_name = "POSITION", value_parser = position, conflicts_with_all = ["since", "lines"])]
    from: Option<Position>,
    /// Begin with what was recorded then: 2026-01-31, or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = timestamp, conflicts_with = "lines")]
    since: Option<OffsetDateTime>,
    /// Begin so many events before the end, of which the ones asked for are shown
    #[arg(long, short = 'n', value_name = "NUMBER", default_value_t = 10)]
    lines: u64,
    /// NDJSON also on a terminal
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(log: &dyn EventLog, arguments: &Arguments) -> Result<()> {
    let head = log.head().await?.get();
    let first = match (arguments.from, arguments.since) {
        (Some(from), _) => sequence_of(log, from)?.clamp(1, head + 1),
        (None, Some(since)) => first_since(log, since).await?.get(),
        (None, None) => head.saturating_sub(arguments.lines) + 1,
    };
    let mut lines = Lines::new(arguments.json);
    let mut tail = log.tail(sequence(first - 1)).await?;
    loop {
        let batch = tail.next_batch(BATCH).await.ok_or_else(|| anyhow!("the log's tail ended"))?;
        // A position of the future is waited for.
        let is_reached = |at: Position| arguments.from.is_none_or(|from| at >= from);
        let wanted = |event: &&RecordedEvent| is_reached(event.position) && arguments.filter.takes(event);
        for event in batch?.iter().filter(wanted) {
            lines.event(event)?;
        }
        lines.flush()?;
    }
}
