//! `rookery rebuild`: a new version of a projection beside the published one, and what becomes of both.
//!
//! ```text
//!   build ─ compare ─ yes? ─ hand over to the reducers ─ switch          --rollback          --drop
//! ```
//!
//! Every step can be killed: what is built stays, and the next call goes on from it.

mod build;
mod next_version;
mod preview;
mod switch;

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use data_set::versions::{Hold, State, Version, VersionError};
use data_set::write::FanOutLimit;
use indicatif::{HumanCount, ProgressState, ProgressStyle};
use reducers::Fold;

use crate::connections;
use crate::data_dir::DataDirArgument;
use crate::invocation;

/// Build a projection anew beside the published one, show what differs, and switch
///
/// The new version is folded from the log into a schema of its own while the published one is served and kept up to
/// date. Then both are compared at one position, row by row, and the differences are printed: counts per table, and the
/// first 20 rows of each kind. With --switch, or after a yes, all readers see the new version from one moment on; the
/// reducers keep the old one up to date, so that --rollback is possible at once, until --drop.
///
/// Stop it whenever you like and call it again: it goes on where it was. An event that cannot be folded ends it, with
/// the event's position.
///
/// The servers are those of the `rookery up` that runs on the data directory, or of ROOKERY_DATABASE_URL (the owner of
/// the schemas) and ROOKERY_NATS_URL.
///
/// Exit code: 0 switched, rolled back or dropped, or nothing differs; 1 the versions differ and nothing was switched,
/// or it failed.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Which projection: social, feeds or history
    #[arg(value_name = "PROJECTION")]
    projection: String,
    /// Switch to the new version without asking, whatever differs
    #[arg(long)]
    switch: bool,
    /// Switch back to the version that was published before, at once
    #[arg(long, conflicts_with_all = ["switch", "drop", "json"])]
    rollback: bool,
    /// Drop the version that is not published: the old one after a switch, or a new one that is not wanted
    #[arg(long, conflicts_with_all = ["switch", "json"])]
    drop: bool,
    /// Print the differences as JSON
    #[arg(long)]
    json: bool,
    /// With more followers, an author's messages are merged into home timelines on read; what the reducers use
    #[arg(long, value_name = "FOLLOWERS", env = "ROOKERY_FANOUT_LIMIT", default_value_t = FanOutLimit::DEFAULT)]
    fan_out_limit: FanOutLimit,
    #[command(flatten)]
    data: DataDirArgument,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(rebuild(arguments))
}

async fn rebuild(arguments: &Arguments) -> Result<()> {
    let fold = projection(arguments)?;
    let url = connections::data_set_url(&arguments.data)?;
    let mut hold = match Hold::take(url.expose(), fold.name()).await {
        Err(error @ VersionError::Held(_)) => return Err(error.into()),
        taken => taken.context("is the system running?")?,
    };
    let versions = Versions::of(&hold.versions().await.context("has the schema been migrated?")?)?;
    if arguments.rollback {
        roll_back(arguments, &mut hold, versions).await
    } else if arguments.drop {
        drop_other(arguments, &mut hold, versions).await
    } else {
        next_version::make(arguments, fold, url.expose(), hold, versions).await
    }
}

fn projection(arguments: &Arguments) -> Result<Arc<dyn Fold>> {
    let folds = reducers::projections(arguments.fan_out_limit);
    let names: Vec<_> = folds.iter().map(|fold| fold.name()).collect();
    let found = folds.iter().find(|fold| fold.name() == arguments.projection).cloned();
    found.with_context(|| {
        format!("there is no projection `{}`; there are {}", arguments.projection, names.join(", "))
    })
}

/// The published version of a projection, and the one beside it: at most one, older or newer.
#[derive(Debug, Clone, Copy)]
struct Versions {
    published: i32,
    other: Option<(i32, State)>,
}

impl Versions {
    fn of(versions: &[Version]) -> Result<Self> {
        let is_published = |version: &&Version| version.state == State::Published;
        let published = versions.iter().find(is_published).context("no version is published")?.version;
        let other = versions.iter().find(|version| !is_published(version));
        Ok(Self { published, other: other.map(|other| (other.version, other.state)) })
    }
}

async fn roll_back(arguments: &Arguments, hold: &mut Hold, versions: Versions) -> Result<()> {
    let name = &arguments.projection;
    match versions {
        Versions { published, other: Some((other, State::Standby)) } if other < published => {
            switch::publish(hold, published, other).await?;
            say(&format!(
                "Version {other} of {name} is published again; version {published} is kept beside it."
            ))?;
            hint("drop it with", arguments, "--drop")
        }
        Versions { published, .. } => {
            bail!(
                "there is no older version of {name} to roll back to: version {published} is the oldest one"
            )
        }
    }
}

async fn drop_other(arguments: &Arguments, hold: &mut Hold, versions: Versions) -> Result<()> {
    let name = &arguments.projection;
    let Some((other, _)) = versions.other else {
        bail!("only version {} of {name} is there, and it is published", versions.published)
    };
    hold.drop_version(other).await?;
    say(&format!("Version {other} of {name} is dropped; version {} stays published.", versions.published))
}

/// What a person reads goes to standard error, what a program reads to standard output.
fn say(line: &str) -> Result<()> {
    writeln!(std::io::stderr(), "{line}").context("write to standard error")
}

/// With the key `rate`: a whole number per second, which can be read while it changes.
fn progress_style(template: &str) -> Result<ProgressStyle> {
    let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A bar that cannot be drawn is no reason to stop.
        write!(out, "{} per second", HumanCount(state.per_sec().round() as u64)).ok();
    };
    Ok(ProgressStyle::with_template(template)?.with_key("rate", rate))
}

/// A line that says what can be typed next.
fn hint(words: &str, arguments: &Arguments, option: &str) -> Result<()> {
    say(&format!("  {words}: {}", again(arguments, option)))
}

fn again(arguments: &Arguments, option: &str) -> String {
    let line = format!("rebuild {} {option}", arguments.projection);
    invocation::command_line(line.trim_end(), &arguments.data.data_dir)
}
