//! Folds the new version until it is level with the published one.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use data_set::versions::Hold;
use data_set::write::Reason;
use domain::Position;
use indicatif::{ProgressBar, ProgressStyle};
use reducers::{BadEvent, ProjectionWorker, ReplayError, replay};

use super::{Arguments, hint, progress_style, say, switch};

/// With fewer events to go the versions count as level; the rest is folded while they are compared.
const NEAR_EVENTS: u64 = 1_000;
/// Reducers let go of a version within a second, and of its batch.
const FENCED_LIMIT: Duration = Duration::from_secs(20);
const FENCED_PERIOD: Duration = Duration::from_millis(200);

/// What a build works with.
pub(super) struct Build {
    pub(super) hold: Hold,
    pub(super) worker: ProjectionWorker,
    pub(super) url: String,
    pub(super) published: i32,
    pub(super) next: i32,
}

impl Build {
    pub(super) fn projection(&self) -> &'static str {
        self.worker.fold.name()
    }

    /// Folds until the new version is about level with the published one.
    pub(super) async fn catch_up(&mut self) -> Result<()> {
        let bar = ProgressBar::new(0).with_style(style()?);
        let (began, mut first) = (Instant::now(), None);
        loop {
            let target = self.published_position().await?;
            bar.set_length(target.sequence().get());
            let at = self.replay_to(target, |at| {
                let sequence = at.sequence().get();
                if first.is_none() {
                    first = Some(sequence);
                    bar.set_position(sequence);
                    bar.reset_eta();
                }
                bar.set_position(sequence);
            });
            let at = at.await?;
            let head = self.published_position().await?;
            if head.sequence().get().saturating_sub(at.sequence().get()) < NEAR_EVENTS {
                bar.finish_and_clear();
                let folded = at.sequence().get().saturating_sub(first.unwrap_or_default());
                return self.tidy(folded, began.elapsed()).await;
            }
        }
    }

    async fn tidy(&mut self, folded: u64, took: Duration) -> Result<()> {
        if folded == 0 {
            return Ok(());
        }
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = folded.saturating_mul(1_000) / millis;
        say(&format!("Folded {folded} events in {:.1} s, {rate} per second.", took.as_secs_f64()))?;
        Ok(self.hold.tidy(self.next).await?)
    }

    fn way_on(&self, bad: &BadEvent) -> String {
        let (name, next) = (self.worker.fold.name(), self.next);
        match bad.reason {
            // The tables are copies of the published ones as they were when the build began, with all their
            // constraints.
            Reason::RefusedByDatabase => format!(
                "mend what refuses the event in the tables of {name}_v{next}, too, and call it again to go on; or mend the \
                 published tables, end this build with `rookery rebuild {name} --drop`, and begin anew"
            ),
            Reason::TooLate => format!("end this build with `rookery rebuild {name} --drop`, and begin anew"),
            Reason::Undecodable | Reason::UnknownVersion | Reason::Waiting | Reason::Dropped => {
                "with a program that folds this event, call it again to go on".to_owned()
            }
        }
    }

    async fn published_position(&mut self) -> Result<Position> {
        let position = self.hold.position(self.published).await?.unwrap_or(0);
        Ok(Position::from_i64(position).unwrap_or_default())
    }

    /// Folds up to a position and not behind it; gives the position, which is greater where the version was there
    /// before.
    pub(super) async fn replay_to(&self, to: Position, mut moved: impl FnMut(Position)) -> Result<Position> {
        let deadline = Instant::now() + FENCED_LIMIT;
        loop {
            match replay(&self.worker, to, &mut moved).await {
                Ok(at) => return Ok(at),
                Err(ReplayError::Fenced) if Instant::now() < deadline => {
                    tokio::time::sleep(FENCED_PERIOD).await;
                }
                Err(ReplayError::BadEvent(bad)) => {
                    let (way_on, published) = (self.way_on(&bad), self.published);
                    bail!("the build stopped: {bad}\n  version {published} stays published; {way_on}")
                }
                Err(error) => {
                    return Err(error).context("the build stopped; call it again to go on where it was");
                }
            }
        }
    }

    pub(super) async fn switch(mut self, arguments: &Arguments) -> Result<()> {
        let Self { published, next, .. } = self;
        let target = self.published_position().await?;
        self.replay_to(target, |_| ()).await?;
        switch::hand_over(&mut self.hold, next).await?;
        switch::publish(&mut self.hold, published, next).await?;
        say(&format!(
            "Version {next} of {} is published; version {published} is kept up to date beside it.",
            arguments.projection
        ))?;
        hint("switch back", arguments, "--rollback")?;
        hint(&format!("drop version {published}"), arguments, "--drop")
    }
}

fn style() -> Result<ProgressStyle> {
    progress_style("{wide_bar} {percent}%  {human_pos} of {human_len} events  {rate}  {eta} left")
}
