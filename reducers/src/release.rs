//! What becomes of parked events: those that the log says were given up are dropped, those that an operator chooses are tried
//! again, and what waited for them alone is folded.
//!
//! All parked events of a lane are gone through in the order of the log, by the rule of `crate::quarantine`: what clashes
//! with nothing that stays is folded, the rest stays. Each portion is one transaction behind the lane's own fence. Ended
//! between two of them, the rows are still those of the log without the events that are parked, and a repetition goes on.
//!
//! The lane itself does this when it comes to an event that gives others up (`settle`). An operator's process does it for
//! [`retry`]: then the lane waits while it writes, and reads the parked events anew.

mod choose;
mod portion;
mod too_late;

use std::collections::HashMap;

use data_set::Pool;
use data_set::write::{self, WriteError, parked};
use domain::Position;
use event_store::{Dropped, EventLog, ReadError, RecordedEvent};

pub use self::choose::{Chosen, choose};
use self::portion::{Portion, Settled};
pub(crate) use self::too_late::too_late;
use crate::fold::Fold;
use crate::quarantine::{Claims, Quarantine, Seen, describe, see};

/// Events of one transaction at most: what the lane waits for.
const PORTION: usize = 500;

/// Which of the events that could not be folded. Those that wait for them are found by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    All,
    Position(i64),
    /// All that hold it: `account/5`, `message/512`.
    Entity(String),
}

impl Choice {
    fn is_of(&self, row: &parked::Parked) -> bool {
        !row.is_waiting()
            && match self {
                Self::All => true,
                Self::Position(position) => row.position == *position,
                Self::Entity(entity) => row.holds.contains(entity),
            }
    }
}

/// What became of the parked events of a lane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Released {
    /// Events that were chosen, those that had been given up before among them.
    pub chosen: u64,
    pub folded: u64,
    pub dropped: u64,
    /// Chosen events that are parked as before, and why.
    pub failed: Vec<(i64, String)>,
    /// Events that are parked or wait as before.
    pub left: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    #[error("the log")]
    Log(#[from] ReadError),
    #[error("the data set")]
    Write(#[from] WriteError),
    #[error("the log has no event at position {0}")]
    Missing(i64),
}

/// Folds parked events after all, and whatever waited for them. `progress` is told how many have been looked at.
pub async fn retry(
    log: &dyn EventLog,
    pool: &Pool,
    fold: &dyn Fold,
    version: i32,
    choice: &Choice,
    progress: impl Fn(u64) + Send,
) -> Result<Released, ReleaseError> {
    let key = write::ProjectionKey {
        projection: fold.name(),
        version,
        shard: log.shard().0,
        lineage: log.lineage().to_string(),
    };
    let dropped = Dropped::read(log, fold.name()).await?;
    let walk = Walk { choice: Some(choice), dropped: &dropped, staying: Quarantine::default() };
    walk.run(log, pool, fold, &key, progress).await
}

/// Drops what is given up, and folds what waited for it alone.
pub(crate) async fn settle(
    log: &dyn EventLog,
    pool: &Pool,
    fold: &dyn Fold,
    key: &write::ProjectionKey,
    dropped: &Dropped,
) -> Result<(), ReleaseError> {
    let walk = Walk { choice: None, dropped, staying: Quarantine::default() };
    let Released { folded, dropped, left, failed, .. } = walk.run(log, pool, fold, key, |_| {}).await?;
    tracing::info!(projection = key.projection, folded, dropped, left, "events were given up");
    for (position, why) in failed {
        tracing::error!(projection = key.projection, event.position = position, why, "an event was parked");
    }
    Ok(())
}

/// What is known on the way through the parked events.
#[derive(Debug)]
struct Walk<'a> {
    /// `None`: nothing is tried.
    choice: Option<&'a Choice>,
    dropped: &'a Dropped,
    /// Claimed by events that stay parked.
    staying: Quarantine,
}

impl Walk<'_> {
    async fn run(
        mut self,
        log: &dyn EventLog,
        pool: &Pool,
        fold: &dyn Fold,
        key: &write::ProjectionKey,
        progress: impl Fn(u64) + Send,
    ) -> Result<Released, ReleaseError> {
        let mut released = Released::default();
        let (mut after, mut most) = (0, PORTION);
        loop {
            let mut page = parked::page(pool, key, after, i64::try_from(most).unwrap_or(i64::MAX)).await?;
            let Some(last) = page.last().map(|row| row.position) else { return Ok(released) };
            let chosen = page.iter().filter(|row| self.is_chosen(row)).count();
            page.retain(|row| !row.is_dropped());
            let events = self.read(log, &page).await?;
            let late = self.late(log, pool, fold, key, &page, &events).await?;
            let rows = page.iter().map(|row| row.position).collect();
            let mut portion =
                Portion { fold, pool, key, walk: &self, rows, events: &events, late: &late, refused: None };
            let settled = match portion.settle().await {
                Err(WriteError::Refused(_)) if page.len() > 1 => {
                    most = page.len() / 2;
                    continue;
                }
                Err(WriteError::Refused(error)) => {
                    portion.refused = Some(describe(&error));
                    portion.settle().await?
                }
                settled => settled?,
            };
            self.learn(&settled);
            released.chosen += chosen as u64;
            released.folded += settled.folded.len() as u64;
            released.dropped += settled.dropped.len() as u64;
            released.left += settled.staying.len() as u64;
            released.failed.extend(settled.failed);
            progress(page.len() as u64);
            (after, most) = (last, most.saturating_mul(2).min(PORTION));
        }
    }

    fn is_chosen(&self, row: &parked::Parked) -> bool {
        self.choice.is_some_and(|choice| choice.is_of(row))
    }

    /// Those that may be folded, as far as is known before the portion.
    async fn read(
        &self,
        log: &dyn EventLog,
        page: &[parked::Parked],
    ) -> Result<HashMap<i64, RecordedEvent>, ReleaseError> {
        let mut events = HashMap::new();
        for row in page {
            let missing = || ReleaseError::Missing(row.position);
            let position = Position::from_i64(row.position).ok_or_else(missing)?;
            let stays = || self.staying.obstacle(&claims_of(row)).is_some();
            if self.is_chosen(row) || row.is_waiting() && self.dropped.by(position).is_none() && !stays() {
                events.insert(row.position, log.read(position.sequence()).await?.ok_or_else(missing)?);
            }
        }
        Ok(events)
    }

    /// Of chosen events that give others up: why that cannot be done any more.
    async fn late(
        &self,
        log: &dyn EventLog,
        pool: &Pool,
        fold: &dyn Fold,
        key: &write::ProjectionKey,
        page: &[parked::Parked],
        events: &HashMap<i64, RecordedEvent>,
    ) -> Result<HashMap<i64, String>, ReleaseError> {
        let mut late = HashMap::new();
        for row in page.iter().filter(|row| self.is_chosen(row)) {
            let Some(recorded) = events.get(&row.position) else { continue };
            if let Seen::Drop(decision) = see(fold, recorded)
                && let Some(why) = too_late(log, pool, fold, key, recorded.position, &decision).await?
            {
                late.insert(row.position, why);
            }
        }
        Ok(late)
    }

    fn learn(&mut self, settled: &Settled) {
        settled.staying.iter().for_each(|row| self.staying.add(&claims_of(row)));
    }
}

fn claims_of(row: &parked::Parked) -> Claims {
    Claims::recorded(row.holds.clone(), row.touches.clone())
}
