//! How many of the next events are decided on together. What an event conflicts with is looked up in the rows, so these
//! must be the rows of just before it.

use std::collections::HashSet;

use super::{Classified, ParkedKeys};
use crate::projections::Fold;

/// At least one. An event that cannot be decoded is a chunk of its own, and so is one that drops others. While nothing
/// is parked nothing is looked up; else no event of the chunk may change what is looked up for another one.
pub(crate) fn chunk_length(fold: &dyn Fold, parked: &ParkedKeys, events: &[Classified]) -> usize {
    let looks_up = !parked.is_empty();
    let mut posted = HashSet::new();
    let ends = |event: &Classified| match event {
        Classified::Foreign | Classified::Dropped(_) => false,
        Classified::Undecodable(_) | Classified::Drop(_) => true,
        Classified::Known(known) if looks_up => {
            let keys = fold.conflict_keys(known);
            let ends = keys.changes_look_ups() || keys.names_one_of(&posted);
            posted.insert(known.position.get());
            ends
        }
        Classified::Known(_) => false,
    };
    events.iter().position(ends).unwrap_or(events.len()).max(1)
}
