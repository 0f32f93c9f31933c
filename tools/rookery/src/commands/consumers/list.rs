//! `rookery consumers list`.

use std::io::Write;

use anyhow::Result;
use event_store_nats::consumers::Consumers;
use time::OffsetDateTime;

use super::lag_seconds;

pub(super) async fn run(consumers: &Consumers) -> Result<()> {
    let now = OffsetDateTime::now_utc();
    let mut out = std::io::stdout().lock();
    writeln!(out, "name\tposition\tlag_events\tlag_seconds\tlast_seen_seconds")?;
    for found in consumers.list().await? {
        let position = found.position.map_or_else(|| "0".to_owned(), |at| at.to_string());
        let seen =
            found.last_seen.map_or("-".to_owned(), |seen| (now - seen).whole_seconds().max(0).to_string());
        writeln!(out, "{}\t{position}\t{}\t{}\t{seen}", found.name, found.lag, lag_seconds(&found, now))?;
    }
    Ok(())
}
