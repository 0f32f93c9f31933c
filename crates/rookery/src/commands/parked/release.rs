//! `rookery parked retry` and `rookery parked drop`.

use std::io::Write;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use reducers::release::{Action, Choice, release};

use super::Lanes;

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct ChoiceArguments {
    /// All events that could not be folded
    #[arg(long)]
    all: bool,
    /// The event at this position
    #[arg(long, value_name = "N")]
    position: Option<i64>,
    /// The events that hold this, such as account/5 or message/512
    #[arg(long, value_name = "ENTITY")]
    entity: Option<String>,
}

impl ChoiceArguments {
    pub(super) fn choice(&self) -> Choice {
        match (self.position, &self.entity) {
            (Some(position), _) => Choice::Position(position),
            (None, Some(entity)) => Choice::Entity(entity.clone()),
            (None, None) => Choice::All,
        }
    }
}

pub(super) async fn retry(lanes: &Lanes, choice: &Choice) -> Result<()> {
    run(lanes, choice, Action::Retry).await
}

pub(super) async fn drop(lanes: &Lanes, choice: &Choice, with_waiting: bool) -> Result<()> {
    run(lanes, choice, if with_waiting { Action::DropWithWaiting } else { Action::Drop }).await
}

/// Each projection says what became of its events; the answer goes to standard output, what failed to standard error.
async fn run(lanes: &Lanes, choice: &Choice, action: Action) -> Result<()> {
    let (mut chosen, mut failed) = (0, 0);
    for lane in &lanes.lanes {
        let name = lane.name();
        // Drawn on standard error, and only on a terminal.
        let style = ProgressStyle::with_template("{spinner} {msg}: {pos} parked events looked at")?;
        let bar = ProgressBar::new_spinner().with_style(style).with_message(name.clone());
        let released =
            release(&*lanes.log, &lane.pool, &*lane.fold, lane.version, choice, action, |looked_at| {
                bar.inc(looked_at)
            });
        let released = released.await.with_context(|| format!("projection {name}"))?;
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
        bail!(
            "no such event is parked for what it says itself; `rookery parked list --waiting` says which are parked"
        );
    }
    if failed > 0 {
        bail!("{failed} of the chosen events could not be folded; nothing of them was");
    }
    Ok(())
}
