//! The way to a new version: folds it, shows what differs, and asks whether to switch.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use anyhow::{Result, bail};
use data_set::versions::{Hold, State};
use data_set::write;
use reducers::{Fold, OnBad, ProjectionWorker, Status};

use super::build::Build;
use super::preview::{self, Preview};
use super::{Arguments, Versions, again, hint, say};
use crate::connections;

pub(super) async fn make(
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
    let next = find_or_begin(arguments, &mut hold, versions).await?;
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

async fn find_or_begin(arguments: &Arguments, hold: &mut Hold, versions: Versions) -> Result<i32> {
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

fn ask(preview: &Preview) -> Result<bool> {
    let words = if preview.differs() { "They differ." } else { "They are equal." };
    let mut out = std::io::stderr();
    write!(out, "{words} Publish version {} in place of version {}? [y/N] ", preview.right, preview.left)?;
    out.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
