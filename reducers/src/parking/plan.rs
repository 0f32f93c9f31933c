//! Which parked events may be folded, as far as it is known on the way through them.

use data_set::write::parked::Parked;
use domain::Position;
use event_store::Dropped;

use super::choose::Choice;
use super::parked_keys::{ParkedKeys, keys_of};

#[derive(Debug)]
pub(super) struct Plan<'a> {
    /// `None`: no bad event is tried.
    choice: Option<&'a Choice>,
    dropped: &'a Dropped,
    /// Of events that stay parked.
    staying: ParkedKeys,
}

impl<'a> Plan<'a> {
    pub(super) fn new(choice: Option<&'a Choice>, dropped: &'a Dropped) -> Self {
        Self { choice, dropped, staying: ParkedKeys::default() }
    }

    pub(super) fn is_chosen(&self, row: &Parked) -> bool {
        self.choice.is_some_and(|choice| choice.is_of(row))
    }

    /// The event that dropped the one at a position.
    pub(super) fn dropped_by(&self, position: i64) -> Option<Position> {
        Position::from_i64(position).and_then(|position| self.dropped.by(position))
    }

    pub(super) fn staying(&self) -> &ParkedKeys {
        &self.staying
    }

    /// Whether an event may be folded, as far as it is known before its chunk.
    pub(super) fn may_be_folded(&self, row: &Parked) -> bool {
        let is_free = || self.staying.obstacle(&keys_of(row)).is_none();
        self.is_chosen(row) || row.is_waiting() && self.dropped_by(row.position).is_none() && is_free()
    }

    pub(super) fn stays(&mut self, row: &Parked) {
        self.staying.add(&keys_of(row));
    }
}
