//! `rookery events count`: how many events of which type.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

use anyhow::Result;
use event_store::{EventLog, RecordedEvent};
use serde::Serialize;

use super::filter::{Filter, Range, each_batch};
use super::print::harmless;

/// Count events by type, and by day if you like
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    range: Range,
    /// Of each UTC day on which they were recorded
    #[arg(long)]
    by_day: bool,
    /// NDJSON also on a terminal
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<&'a str>,
    /// Empty for what has no envelope of ours.
    #[serde(rename = "type")]
    event_type: &'a str,
    events: u64,
}

pub(super) async fn run(log: &dyn EventLog, arguments: &Arguments) -> Result<()> {
    let mut counts: BTreeMap<(Option<String>, String), u64> = BTreeMap::new();
    let span = arguments.range.span(log).await?;
    each_batch(log, span, |events| {
        for event in events.iter().filter(|event| arguments.filter.takes(event)) {
            let day = arguments.by_day.then(|| event.recorded_at.date().to_string());
            *counts.entry((day, type_of(event))).or_default() += 1;
        }
        Ok(())
    })
    .await?;
    let mut out = std::io::stdout();
    let is_json = arguments.json || !out.is_terminal();
    for ((day, event_type), events) in &counts {
        if is_json {
            let row = Row { day: day.as_deref(), event_type, events: *events };
            writeln!(out, "{}", serde_json::to_string(&row)?)?;
        } else {
            let day = day.as_deref().map(|day| format!("{day}  ")).unwrap_or_default();
            let event_type = if event_type.is_empty() { "(no envelope)" } else { event_type };
            writeln!(out, "{day}{events:>12}  {}", harmless(event_type))?;
        }
    }
    Ok(())
}

pub(super) fn type_of(event: &RecordedEvent) -> String {
    event.envelope.as_ref().map(|own| own.event_type.clone()).unwrap_or_default()
}
