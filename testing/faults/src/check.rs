//! What must hold after every run. One function per promise; each answers with what broke it, in words.

mod bans;
pub mod delivered;
mod disclosed;
mod followed;
pub mod history;
pub mod log;
mod pages;
mod promises;
mod rows;
pub mod trail;
pub mod windows;

use anyhow::Result;

use self::delivered::Delivered;
use self::history::History;
use self::windows::Windows;
use crate::followers::{Followed, Followers};
use crate::readers::Sightings;
use crate::record::Operation;
use crate::system::{self, System};

/// No promise needs more lines to be seen broken.
const SHOWN_MAX: usize = 5;

/// What a fault did to the system that would otherwise look like damage.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    /// Events that no operation of the load caused.
    pub foreign: Vec<i64>,
    /// Those of them that cannot be folded, and have to be parked.
    pub parked: Vec<i64>,
    /// Those of these that the log says were given up.
    pub dropped: Vec<i64>,
    /// A standby without the last commits took over, so readers may see older data than before, once.
    pub data_may_go_back: bool,
}

/// A broken promise.
#[derive(Debug, Clone)]
pub struct Broken {
    pub promise: &'static str,
    pub words: Vec<String>,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}×)", self.promise, self.words.len())?;
        self.words.iter().take(SHOWN_MAX).try_for_each(|words| write!(f, "\n    {words}"))
    }
}

/// What clients asked for and were told, what readers were shown and followers sent, what came of jobs, and what was done for
/// events.
#[derive(Debug, Clone, Copy)]
pub struct Watched<'a> {
    pub operations: &'a [Operation],
    pub sightings: &'a Sightings,
    /// With whom the moderator acts on, whose messages may be hidden at any moment.
    pub followed: Option<&'a (Followed, i64)>,
    pub windows: Option<&'a Windows>,
    pub delivered: Option<&'a Delivered>,
}

/// What followers were sent in the end, once the log does not go on.
pub async fn followed(system: &System, followers: Followers, moderated: i64) -> Result<(Followed, i64)> {
    let (relay, stream) = followed::ends(&log::read(&system.broker.url()).await?, moderated);
    Ok((followers.finish(relay, stream, CATCH_UP_MAX).await, moderated))
}

/// Checks a system at rest.
pub async fn all(system: &System, watched: &Watched<'_>, allowed: &Allowed) -> Result<Vec<Broken>> {
    let Watched { operations, sightings, followed, windows, delivered } = *watched;
    let entries = log::read(&system.broker.url()).await?;
    let head = entries.last().map_or(0, |last| last.position);
    let (_, undecided) = History::of(&entries, &allowed.foreign);
    // A parked event is in no row, at any position.
    let parked = rows::parked_positions(&system.pool).await?;
    let (served, _) = History::of(&entries, &[&allowed.foreign[..], &parked].concat());
    let by_operation = promises::by_operation(&entries);
    let mut found = vec![
        ("no acked write is lost", promises::acked_are_there(operations, &entries, &by_operation)),
        ("nothing is invented", promises::nothing_invented(operations, &entries, &allowed.foreign)),
        ("no event is there twice", promises::nothing_twice(operations, &by_operation)),
        ("each event is decided on its predecessor", undecided),
        ("what was forbidden is not done", bans::nothing_forbidden(operations, &entries)),
        ("no service fails inside", promises::no_internal_error(operations)),
        ("checkpoints go forward, step by step, never ahead", rows::trail(&system.pool, head).await?),
        ("pages have no gap and no row twice", pages::pages(&served, &sightings.walks)),
        ("a reader that awaits a position sees it", pages::looks(&served, &sightings.looks)),
        ("what cannot be decoded is parked", rows::parked(&system.pool, allowed).await?),
    ];
    if !allowed.data_may_go_back {
        found.push(("Data-Position never goes backwards", pages::backwards(&sightings.backwards)));
    }
    if let Some((followed, moderated)) = followed {
        found.extend([
            ("a consumer is sent each event once and in order", followed::relay(&entries, followed)),
            ("nothing private is handed on", followed::private(&entries, followed)),
            ("a stream has no gap and nothing twice", followed::stream(&entries, *moderated, followed)),
        ]);
    }
    if let Some(windows) = windows {
        found.extend(windows::all(windows, &entries));
    }
    if let Some(delivered) = delivered {
        found.extend(delivered::all(delivered, &entries));
    }
    let differences = rows::oracle(&system.broker.url(), &system.postgres.url()).await?;
    found.push(("the data set is what the oracle folds", differences));
    // Last, because it is slow.
    match system.replay(head).await {
        Ok(replay) => {
            found.push(("a replay passes over what was given up", rows::parked(&replay, allowed).await?));
            found.push((
                "the data set is the fold of the log",
                rows::differences(&system.pool, &replay).await?,
            ));
        }
        Err(error) => found.push(("a clean replay reaches the head", vec![format!("{error:#}")])),
    }
    Ok(found
        .into_iter()
        .filter(|(_, words)| !words.is_empty())
        .map(|(promise, words)| Broken { promise, words })
        .collect())
}

/// How long the projection workers may take to catch up by themselves once the load and the fault are over.
pub const CATCH_UP_MAX: std::time::Duration = std::time::Duration::from_secs(40);

/// Waits until the lag is 0, without touching anything.
pub async fn lag_returns_to_zero(system: &System) -> Result<Option<Broken>> {
    let head = log::head(&system.broker.url()).await?;
    let reached = system::caught_up(&system.pool, head, CATCH_UP_MAX).await;
    Ok(reached.err().map(|words| Broken { promise: "lag returns to 0 unaided", words: vec![words] }))
}
