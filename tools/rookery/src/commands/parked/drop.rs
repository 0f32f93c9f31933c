//! `rookery parked drop`: what an operator decides is written into the log, and the reducers obey it there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use data_set::write::{self, parked};
use domain::{DropReason, Position};
use event_store::{Dropped, drop_events};
use indicatif::{ProgressBar, ProgressStyle};
use reducers::parking::{Choice, Chosen, choose};
use time::OffsetDateTime;
use tokio::time::{Instant, sleep};

use super::{ProjectionVersion, Projections, none_chosen};

/// A version that does not move for so long has no worker. A worker that stood by for another one is back within two
/// seconds.
const STANDSTILL_MAX: Duration = Duration::from_secs(10);
const PERIOD: Duration = Duration::from_millis(100);

/// What is to be given up of a projection, in the order in which it is written into the log: what waits comes first, so
/// that none of it is folded where only a part is written.
struct Plan {
    positions: Vec<Position>,
    /// The position that the workers have to reach, where all of it was written before.
    told_at: Option<Position>,
}

pub(super) async fn drop(
    projections: &Projections,
    choice: &Choice,
    with_waiting: bool,
    reason: Option<&DropReason>,
) -> Result<()> {
    let mut chosen = Vec::new();
    for version in &projections.versions {
        let found = choose(&version.pool, &projections.key(version), choice, with_waiting).await;
        chosen.push(found.context("the data set")?);
    }
    let is_nothing = |chosen: &Chosen| chosen.bad.is_empty() && chosen.dropped.is_empty();
    if *choice != Choice::All && chosen.iter().all(is_nothing) {
        return none_chosen();
    }
    // Everything is looked at before anything is written.
    let mut plans = BTreeMap::new();
    for version in &projections.versions {
        let name = version.fold.name();
        if !plans.contains_key(name) {
            plans.insert(name, plan(projections, version, &chosen).await?);
        }
    }
    let mut told = BTreeMap::new();
    for (name, Plan { positions, told_at }) in plans {
        let now = OffsetDateTime::now_utc();
        let at = drop_events(&*projections.log, name, &positions, reason, now).await.with_context(|| {
            format!("what is given up of {name} did not come into the log, or not all of it; call it again")
        })?;
        told.insert(name, at.or(told_at));
    }
    for (version, chosen) in projections.versions.iter().zip(&chosen) {
        report(projections, version, chosen, told[version.fold.name()]).await?;
    }
    Ok(())
}

async fn plan(projections: &Projections, version: &ProjectionVersion, chosen: &[Chosen]) -> Result<Plan> {
    let name = version.fold.name();
    let dropped = Dropped::read(&*projections.log, name).await?;
    let own = || projections.versions.iter().zip(chosen).filter(|(version, _)| version.fold.name() == name);
    let bad: BTreeSet<i64> = own().flat_map(|(_, chosen)| chosen.bad.iter().copied()).collect();
    let waiting = own().flat_map(|(_, chosen)| chosen.waiting.iter().copied());
    let waiting: BTreeSet<i64> = waiting.filter(|position| !bad.contains(position)).collect();
    let all = waiting.iter().chain(&bad).filter_map(|position| Position::from_i64(*position));
    let (before, positions): (Vec<_>, Vec<_>) = all.partition(|position| dropped.by(*position).is_some());
    let numbers: Vec<i64> = positions.iter().map(|position| position.get()).collect();
    let folded = parked::folded_by(&version.pool, &projections.key(version), &numbers)
        .await
        .context("the data set")?;
    if let Some((version, position)) = folded {
        bail!(
            "version {version} of {name} has folded the event at {position}, and nothing takes it out of its rows: \
             `rookery parked retry` folds it in the others, or drop that version first (`rookery rebuild {name} --drop`)"
        );
    }
    let told_at = before.iter().filter_map(|position| dropped.by(*position)).max();
    Ok(Plan { positions, told_at })
}

/// Waits until a worker has passed the decision, and says what became of its parked events.
async fn report(
    projections: &Projections,
    version: &ProjectionVersion,
    chosen: &Chosen,
    told: Option<Position>,
) -> Result<()> {
    let name = version.name();
    if let Some(told) = told
        && !(chosen.bad.is_empty() && chosen.waiting.is_empty())
        && !reaches(projections, version, told).await?
    {
        writeln!(
            std::io::stderr(),
            "{name}: it is in the log, at position {told}, but nobody has folded {name} for {} s: what was given up is \
             passed over once the reducers run",
            STANDSTILL_MAX.as_secs()
        )?;
        return Ok(());
    }
    let (mut noted, mut dropped, mut left) = (BTreeSet::new(), BTreeSet::new(), 0);
    projections
        .each(version, |row| {
            noted.insert(row.position);
            if row.is_dropped() {
                dropped.insert(row.position);
            } else {
                left += 1;
            }
            Ok(())
        })
        .await?;
    let before = || chosen.parked.iter();
    let folded = before().filter(|position| !noted.contains(position)).count();
    let dropped = before().filter(|position| dropped.contains(position)).count();
    writeln!(std::io::stdout(), "{name}: {folded} folded, {dropped} dropped, {left} left")?;
    Ok(())
}

/// False where the version stands still.
async fn reaches(projections: &Projections, version: &ProjectionVersion, position: Position) -> Result<bool> {
    let key = projections.key(version);
    let style = ProgressStyle::with_template("{spinner} {msg}")?;
    let bar = ProgressBar::new_spinner().with_style(style);
    let (mut seen, mut since) = (None, Instant::now());
    loop {
        let now = write::look(&version.pool, &key).await.context("the data set")?.unwrap_or_default();
        if now.position >= position.get() {
            bar.finish_and_clear();
            return Ok(true);
        }
        if seen != Some(now) {
            (seen, since) = (Some(now), Instant::now());
        } else if since.elapsed() > STANDSTILL_MAX {
            bar.finish_and_clear();
            return Ok(false);
        }
        bar.set_message(format!("{} is at {} and has to reach {position}", version.name(), now.position));
        bar.tick();
        sleep(PERIOD).await;
    }
}
