//! `rookery parked retry`.

use std::io::Write;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use reducers::parking::{self, Choice};

use super::{Projections, none_chosen};

/// Each projection says what became of its events; the answer goes to standard output, what failed to standard error.
pub(super) async fn retry(projections: &Projections, choice: &Choice) -> Result<()> {
    let (mut chosen, mut failed) = (0, 0);
    for version in &projections.versions {
        let name = version.name();
        // Drawn on standard error, and only on a terminal.
        let style = ProgressStyle::with_template("{spinner} {msg}: {pos} parked events looked at")?;
        let bar = ProgressBar::new_spinner().with_style(style).with_message(name.clone());
        let looked_at = |some| bar.inc(some);
        let released = parking::retry(
            &*projections.log,
            &version.pool,
            &*version.fold,
            version.number,
            choice,
            looked_at,
        )
        .await;
        let released = released.with_context(|| format!("projection {name}"))?;
        bar.finish_and_clear();
        let (folded, dropped, left) = (released.folded, released.dropped, released.left);
        writeln!(std::io::stdout(), "{name}: {folded} folded, {dropped} dropped, {left} left")?;
        for (position, why) in &released.failed {
            writeln!(std::io::stderr(), "{name}: {position} stays parked: {why}")?;
        }
        chosen += released.chosen;
        failed += released.failed.len();
    }
    if chosen == 0 && *choice != Choice::All {
        return none_chosen();
    }
    if failed > 0 {
        bail!("{failed} of the chosen events could not be folded; nothing of them was");
    }
    Ok(())
}
