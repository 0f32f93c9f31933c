//! `rookery consumers show`.

use std::io::Write;

use anyhow::{Context, Result};
use event_store_nats::consumers::Consumers;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::lag_seconds;

/// Show one consumer, as JSON
///
/// position: everything up to there is acknowledged. lagEvents: not acknowledged, of which handedOut were fetched, and
/// redelivered more than once. lagSeconds: how old the oldest of those is.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "NAME")]
    name: String,
}

pub(super) async fn run(consumers: &Consumers, arguments: &Arguments) -> Result<()> {
    let name = &arguments.name;
    let found = consumers.list().await?.into_iter().find(|found| found.name == *name);
    let found = found.with_context(|| format!("there is no consumer {name}"))?;
    let last_seen = found.last_seen.map(|seen| seen.format(&Rfc3339)).transpose()?;
    let shown = json!({
        "name": found.name,
        "types": found.types,
        "subjects": found.subjects,
        "position": found.position.map_or_else(|| "0".to_owned(), |at| at.to_string()),
        "lagEvents": found.lag,
        "lagSeconds": lag_seconds(&found, OffsetDateTime::now_utc()),
        "handedOut": found.handed_out,
        "redelivered": found.redelivered,
        "lastSeen": last_seen,
    });
    writeln!(std::io::stdout(), "{shown:#}")?;
    Ok(())
}
