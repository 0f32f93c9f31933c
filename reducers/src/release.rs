//! What an operator does about parked events: fold them after all, or give them up. It runs in the operator's process
//! but is the reducers' own code behind the lane's own fence: while it writes the lane waits, and then reads the parked
//! events anew.
//!
//! All parked events of the lane are gone through in the order of the log, by the rule of `crate::quarantine`: what
//! clashes with nothing that stays is folded, the rest stays. Each portion is one transaction. Ended between two of them,
//! the rows are still those of the log without the events that are parked, and a repetition goes on.

mod portion;

use std::collections::HashMap;

use data_set::Pool;
use data_set::write::{self, WriteError, parked};
use domain::Position;
use event_store::{EventLog, ReadError, RecordedEvent};

use self::portion::{Portion, Settled};
use crate::fold::Fold;
use crate::quarantine::{Claims, Quarantine, describe};

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

/// What is done about the chosen ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Fold them, and whatever waited for them.
    Retry,
    /// Give them up, and fold whatever waited for them.
    Drop,
    /// Give them up with whatever waited for them.
    DropWithWaiting,
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

/// Goes through the parked events of a lane. `progress` is told how many have been looked at.
pub async fn release(
    log: &dyn EventLog,
    pool: &Pool,
    fold: &dyn Fold,
    version: i32,
    choice: &Choice,
    action: Action,
    progress: impl Fn(u64) + Send,
) -> Result<Released, ReleaseError> {
    let key = write::Lane {
        projection: fold.name(),
        version,
        shard: log.shard().0,
        lineage: log.lineage().to_string(),
    };
    let mut walk = Walk { choice, action, staying: Quarantine::default(), dropped: Quarantine::default() };
    let mut released = Released::default();
    let (mut after, mut most) = (0, PORTION);
    loop {
        let mut page = parked::page(pool, &key, after, i64::try_from(most).unwrap_or(i64::MAX)).await?;
        let Some(last) = page.last().map(|row| row.position) else { return Ok(released) };
        let chosen = page.iter().filter(|row| walk.is_chosen(row)).count();
        page.retain(|row| row.dropped_at.is_none());
        let events = read(log, &page).await?;
        let mut portion = Portion { fold, pool, key: &key, walk: &walk, events: &events, refused: None };
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
        walk.learn(&settled);
        released.chosen += chosen as u64;
        released.folded += settled.folded.len() as u64;
        released.dropped += settled.dropped.len() as u64;
        released.left += settled.staying.len() as u64;
        released.failed.extend(settled.failed);
        progress(page.len() as u64);
        (after, most) = (last, most.saturating_mul(2).min(PORTION));
    }
}

async fn read(
    log: &dyn EventLog,
    page: &[parked::Parked],
) -> Result<HashMap<i64, RecordedEvent>, ReleaseError> {
    let mut events = HashMap::new();
    for row in page {
        let missing = || ReleaseError::Missing(row.position);
        let position = Position::from_i64(row.position).ok_or_else(missing)?;
        events.insert(row.position, log.read(position.sequence()).await?.ok_or_else(missing)?);
    }
    Ok(events)
}

/// What is known on the way through the parked events.
#[derive(Debug)]
struct Walk<'a> {
    choice: &'a Choice,
    action: Action,
    /// Claimed by events that stay parked.
    staying: Quarantine,
    /// Claimed by events that were given up on the way.
    dropped: Quarantine,
}

impl Walk<'_> {
    fn is_chosen(&self, row: &parked::Parked) -> bool {
        !row.is_waiting()
            && match self.choice {
                Choice::All => true,
                Choice::Position(position) => row.position == *position,
                Choice::Entity(entity) => row.holds.contains(entity),
            }
    }

    fn learn(&mut self, settled: &Settled) {
        let claims = |row: &parked::Parked| Claims::recorded(row.holds.clone(), row.touches.clone());
        settled.staying.iter().for_each(|row| self.staying.add(&claims(row)));
        settled.dropped.iter().for_each(|row| self.dropped.add(&claims(row)));
    }
}
