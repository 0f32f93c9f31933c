//! Whether an event that drops others came after one of them had been folded.

use std::collections::HashSet;

use data_set::write::parked;
use domain::{EventsDropped, Position};

use super::classify::{Classified, classify};
use super::context::FoldContext;
use super::released::ReleaseError;

/// Why an event that drops others cannot be obeyed any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the event at position {folded} was folded by this version before it was given up: rebuild the projection, or give up \
     this event, too"
)]
pub(crate) struct TooLate {
    folded: i64,
}

/// Of the event at a position, to which the worker has come. `None` where it can be obeyed: all that it drops is noted
/// as dropped or parked, or changed no rows.
pub(crate) async fn too_late(
    context: FoldContext<'_>,
    at: Position,
    decision: &EventsDropped,
) -> Result<Option<TooLate>, ReleaseError> {
    let positions = decision.positions.as_slice().iter();
    let before = positions.filter(|position| **position < at && position.shard() == at.shard());
    let before: Vec<i64> = before.map(|position| position.get()).collect();
    let noted: HashSet<i64> = parked::noted(context.pool, context.key, &before).await?.into_iter().collect();
    for folded in before.into_iter().filter(|position| !noted.contains(position)) {
        let Some(sequence) = Position::from_i64(folded).map(Position::sequence) else { continue };
        let Some(recorded) = context.log.read(sequence).await? else { continue };
        let is_in_rows = match classify(context.fold, &recorded) {
            Classified::Foreign => false,
            Classified::Known(known) => !context.fold.conflict_keys(&known).is_empty(),
            Classified::Undecodable(_) | Classified::Drop(_) | Classified::Dropped(_) => true,
        };
        if is_in_rows {
            return Ok(Some(TooLate { folded }));
        }
    }
    Ok(None)
}
