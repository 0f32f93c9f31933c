//! Which events an operator means who gives some up.

use data_set::Pool;
use data_set::write::{self, WriteError, parked};

use super::{Choice, PORTION, claims_of};
use crate::quarantine::Quarantine;

/// Positions of a lane's parked events, in the order of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    pub bad: Vec<i64>,
    /// Those that wait for these and for nothing else.
    pub waiting: Vec<i64>,
    /// Chosen events that were given up before.
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
    let (mut going, mut staying, mut after) = (Quarantine::default(), Quarantine::default(), 0);
    loop {
        let page = parked::page(pool, key, after, i64::try_from(PORTION).unwrap_or(i64::MAX)).await?;
        let Some(last) = page.last() else { return Ok(chosen) };
        after = last.position;
        for row in &page {
            if row.is_dropped() {
                chosen.dropped.extend(choice.is_of(row).then_some(row.position));
                continue;
            }
            chosen.parked.push(row.position);
            let claims = claims_of(row);
            if choice.is_of(row) {
                going.add(&claims);
                chosen.bad.push(row.position);
            } else if !row.is_waiting() || staying.obstacle(&claims).is_some() {
                staying.add(&claims);
            } else if with_waiting && going.obstacle(&claims).is_some() {
                going.add(&claims);
                chosen.waiting.push(row.position);
            }
        }
    }
}
