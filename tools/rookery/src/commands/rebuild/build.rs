//! Folds the new version, shows what differs, and asks whether to switch.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use data_set::versions::{Hold, State};
use data_set::write::{self, Reason};
use domain::Position;
use indicatif::{ProgressBar, ProgressStyle};
use reducers::{BadEvent, Fold, OnBad, ProjectionWorker, ReplayError, Status, replay};

use super::preview::{self, Preview};
use super::{Arguments, Versions, again, hint, progress_style, say, switch};
use crate::connections;

/// With fewer events to go the versions count as level; the rest is folded while they are compared.
const NEAR_EVENTS: u64 = 1_000;
/// Reducers let go of a version within a second, and of its batch.
const FENCED_LIMIT: Duration = Duration::from_secs(20);
const FENCED_PERIOD: Duration = Duration::from_millis(200);

pub(super) async fn run(
    arguments: &Arguments,
    fold: Arc<dyn Fold>,
    url: &str,
    mut hold: Hold,
    versions: Versions,
) -> Result<()> {
    let log = connections::open_log(&arguments.data).await?;
    let published = versions.published;
    let lineage = hold.lineage(published).await?;
    if lineage.is_some_and(|lineage| lineage != *log.lineage().0) {
        bail!(
            "version {published} was folded from another log than this one; positions of two logs cannot be compared"
        );
    }
    let next = next_version(arguments, &mut hold, versions).await?;
    let schema = write::schema(fold.name(), next);
    let pool = write::connect(url, &format!("rookery-rebuild {schema}"), &schema)?;
    let worker =
        ProjectionWorker { log, pool, fold, version: next, status: Status::default(), on_bad: OnBad::Stop };
    let mut build = Build { hold, worker, url: url.to_owned(), published, next };

    build.catch_up().await?;
    let preview = preview::compare(&mut build).await?;
    preview.print(arguments.json)?;
    if arguments.switch || (std::io::stdin().is_terminal() && ask(&preview)?) {
        return build.switch(arguments).await;
    }
    let (switch, drop) = (again(arguments, "--switch"), again(arguments, "--drop"));
    if preview.differs() {
        bail!(
            "versions {published} and {next} differ, and version {published} stays published\n  publish version \
             {next}: {switch}\n  drop it: {drop}"
        );
    }
    say(&format!("Versions {published} and {next} are equal; version {published} stays published."))?;
    hint(&format!("publish version {next}"), arguments, "--switch")?;
    hint("drop it", arguments, "--drop")
}

/// What a build works with.
pub(super) struct Build {
    pub(super) hold: Hold,
    worker: ProjectionWorker,
    pub(super) url: String,
    pub(super) published: i32,
    pub(super) next: i32,
}

async fn next_version(arguments: &Arguments, hold: &mut Hold, versions: Versions) -> Result<i32> {
    let (published, name) = (versions.published, &arguments.projection);
    match versions.other {
        None => {
            let next = hold.make_next(published).await?;
            say(&format!("Building version {next} of {name} beside version {published}."))?;
            Ok(next)
        }
        Some((other, _)) if other < published => bail!(
            "version {other} of {name} is still kept for a rollback; drop it first: {}",
            again(arguments, "--drop")
        ),
        Some((other, state)) => {
            if state == State::Standby {
                // From here on the reducers leave it to us.
                hold.set_state(other, State::Building).await?;
            }
            say(&format!("Going on with version {other} of {name} beside version {published}."))?;
            Ok(other)
        }
    }
}

impl Build {
    pub(super) fn projection(&self) -> &'static str {
        self.worker.fold.name()
    }

    /// Folds until the new version is about level with the published one.
    async fn catch_up(&mut self) -> Result<()> {
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

    async fn switch(mut self, arguments: &Arguments) -> Result<()> {
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

fn ask(preview: &Preview) -> Result<bool> {
    let words = if preview.differs() { "They differ." } else { "They are equal." };
    let mut out = std::io::stderr();
    write!(out, "{words} Publish version {} in place of version {}? [y/N] ", preview.right, preview.left)?;
    out.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn style() -> Result<ProgressStyle> {
    progress_style("{wide_bar} {percent}%  {human_pos} of {human_len} events  {rate}  {eta} left")
}
