//! `rookery parked list`.

use std::io::{IsTerminal, Write};

use anyhow::Result;

use super::Projections;

pub(super) async fn list(projections: &Projections, waiting: bool, dropped: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "position\tprojection\treason\ttype\tholds\tdetail")?;
    let mut hidden = 0_u64;
    for version in &projections.versions {
        let name = version.name();
        projections
            .each(version, |row| {
                if row.is_dropped() && !dropped {
                    return Ok(());
                }
                if row.is_waiting() && !waiting {
                    hidden += 1;
                    return Ok(());
                }
                let (position, reason, holds) = (row.position, &row.reason, row.exclusive_keys.join(","));
                let (event_type, detail) = (&row.event_type, &row.detail);
                writeln!(out, "{position}\t{name}\t{reason}\t{event_type}\t{holds}\t{detail}")?;
                Ok(())
            })
            .await?;
    }
    if hidden > 0 && std::io::stderr().is_terminal() {
        writeln!(std::io::stderr(), "{hidden} more wait for them; --waiting lists these, too")?;
    }
    Ok(())
}
