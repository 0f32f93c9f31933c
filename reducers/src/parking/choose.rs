//! Which events an operator means who tries some again or drops them.

use data_set::Pool;
use data_set::write::{self, WriteError, parked};

use super::parked_keys::{ParkedKeys, keys_of};

/// Parked events that are read at once.
const PAGE: i64 = 500;

/// Which of the events that could not be folded. Those that wait for them are found by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    All,
    Position(i64),
    /// All that use it exclusively: `account/5`, `message/512`.
    Entity(String),
}

impl Choice {
    pub(super) fn is_of(&self, row: &parked::Parked) -> bool {
        !row.is_waiting()
            && match self {
                Self::All => true,
                Self::Position(position) => row.position == *position,
                Self::Entity(entity) => row.exclusive_keys.contains(entity),
            }
    }
}

/// Positions of a projection's parked events, in the order of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    pub bad: Vec<i64>,
    /// Those that wait for these and for nothing else.
    pub waiting: Vec<i64>,
    /// Chosen events that were dropped before.
    pub dropped: Vec<i64>,
    /// All that is parked, chosen or not.
    pub parked: Vec<i64>,
}

/// Nothing is changed.
pub async fn choose(
    pool: &Pool,
    key: &write::ProjectionKey,
    choice: &Choice,
    with_waiting: bool,
) -> Result<Chosen, WriteError> {
    let mut chosen = Chosen::default();
    let (mut going, mut staying, mut after) = (ParkedKeys::default(), ParkedKeys::default(), 0);
    loop {
        let page = parked::page(pool, key, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(chosen) };
        after = last.position;
        for row in &page {
            if row.is_dropped() {
                chosen.dropped.extend(choice.is_of(row).then_some(row.position));
                continue;
            }
            chosen.parked.push(row.position);
            let keys = keys_of(row);
            if choice.is_of(row) {
                going.add(&keys);
                chosen.bad.push(row.position);
            } else if !row.is_waiting() || staying.obstacle(&keys).is_some() {
                staying.add(&keys);
            } else if with_waiting && going.obstacle(&keys).is_some() {
                going.add(&keys);
                chosen.waiting.push(row.position);
            }
        }
    }
}
