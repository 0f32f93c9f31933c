//! `rookery parked show`.

use std::io::Write;

use anyhow::{Result, bail};
use data_set::write::parked::Parked;
use domain::Position;
use reducers::parking::conflict;

use super::{ProjectionVersion, Projections};

/// Positions that are named of each kind; an account that is parked for days may make thousands wait.
const NAMED_MAX: usize = 20;

pub(super) async fn show(projections: &Projections, position: i64) -> Result<()> {
    let mut is_found = false;
    for version in &projections.versions {
        let mut found = None;
        projections
            .each(version, |row| {
                if row.position == position {
                    found = Some(row.clone());
                }
                Ok(())
            })
            .await?;
        if let Some(row) = found {
            is_found = true;
            print(projections, version, &row).await?;
        }
    }
    if !is_found {
        bail!(
            "the event at position {position} is not parked; `rookery parked list --waiting` says which are"
        );
    }
    print_event(projections, position).await
}

async fn print(projections: &Projections, version: &ProjectionVersion, row: &Parked) -> Result<()> {
    let (mut before, mut behind) = (Vec::new(), Vec::new());
    projections
        .each(version, |other| {
            if !other.is_dropped()
                && !row.is_dropped()
                && other.position != row.position
                && conflict(other, row)
            {
                if other.position < row.position {
                    before.push(other.position)
                } else {
                    behind.push(other.position)
                }
            }
            Ok(())
        })
        .await?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "projection  {}", version.name())?;
    writeln!(out, "reason      {}: {}", row.reason, row.detail)?;
    writeln!(out, "parked      {}", row.parked_at)?;
    writeln!(out, "holds       {}", row.exclusive_keys.join(" "))?;
    writeln!(out, "touches     {}", row.shared_keys.join(" "))?;
    writeln!(out, "waits for   {}", named(&before))?;
    writeln!(out, "waited for  {}", named(&behind))?;
    writeln!(out)?;
    Ok(())
}

fn named(positions: &[i64]) -> String {
    let mut words: Vec<String> = positions.iter().take(NAMED_MAX).map(ToString::to_string).collect();
    match positions.len().checked_sub(NAMED_MAX) {
        Some(more) if more > 0 => words.push(format!("and {more} more")),
        _ if words.is_empty() => words.push("nothing".to_owned()),
        _ => {}
    }
    words.join(" ")
}

/// As the log has it.
async fn print_event(projections: &Projections, position: i64) -> Result<()> {
    let Some(at) = Position::from_i64(position) else { return Ok(()) };
    let Some(event) = projections.log.read(at.sequence()).await? else {
        bail!("the log has no event at position {position}");
    };
    let mut out = std::io::stdout().lock();
    // What was not decoded may hold anything; a terminal must not obey it.
    let harmless = |text: &[u8]| String::from_utf8_lossy(text).replace(char::is_control, "\u{FFFD}");
    writeln!(out, "subject     {}", harmless(event.subject.as_bytes()))?;
    writeln!(out, "recorded    {}", event.recorded_at)?;
    let event_type =
        event.envelope.as_ref().map_or("unknown: it has no usable envelope", |own| &own.event_type);
    writeln!(out, "type        {}", harmless(event_type.as_bytes()))?;
    if let Some(headers) = &event.unreadable {
        writeln!(out, "headers     {}", harmless(&headers.block))?;
    }
    writeln!(out, "data        {}", harmless(&event.data))?;
    Ok(())
}
