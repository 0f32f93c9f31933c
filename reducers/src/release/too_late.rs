//! Whether an event that gives up others came after one of them had been folded.

use std::collections::HashSet;

use data_set::Pool;
use data_set::write::{self, parked};
use domain::{EventsDropped, Position};
use event_store::EventLog;

use super::ReleaseError;
use crate::fold::Fold;
use crate::quarantine::{Seen, see};

/// Why the event at a position, to which the lane has come, cannot be obeyed. `None` where it is: all that it gives up is
/// noted as dropped or parked, or came to no rows.
pub(crate) async fn too_late(
    log: &dyn EventLog,
    pool: &Pool,
    fold: &dyn Fold,
    key: &write::ProjectionKey,
    at: Position,
    decision: &EventsDropped,
) -> Result<Option<String>, ReleaseError> {
    let positions = decision.positions.as_slice().iter();
    let before = positions.filter(|position| **position < at && position.shard() == at.shard());
    let before: Vec<i64> = before.map(|position| position.get()).collect();
    let noted: HashSet<i64> = parked::noted(pool, key, &before).await?.into_iter().collect();
    for position in before.iter().filter(|position| !noted.contains(position)) {
        let Some(sequence) = Position::from_i64(*position).map(Position::sequence) else { continue };
        let Some(recorded) = log.read(sequence).await? else { continue };
        let is_in_rows = match see(fold, &recorded) {
            Seen::Foreign => false,
            Seen::Known(known) => !fold.claims(&known).is_empty(),
            Seen::Bad(..) | Seen::Drop(_) | Seen::Dropped(_) => true,
        };
        if is_in_rows {
            return Ok(Some(format!(
                "the event at position {position} was folded by this version before it was given up: rebuild the \
                 projection, or give up this event, too"
            )));
        }
    }
    Ok(None)
}
