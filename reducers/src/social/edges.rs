//! Follows, likes and reposts within one run: per edge only the end counts, and what was made in between leaves nothing.

use std::collections::BTreeMap;

use data_set::write::{EdgeChanges, EdgeRow};
use domain::Position;
use time::OffsetDateTime;

/// Edges of one kind, in the order of the key.
#[derive(Debug, Default)]
pub(super) struct EdgeFold(BTreeMap<(i64, i64), Fate>);

/// What a run does to one edge.
#[derive(Debug, Default)]
struct Fate {
    /// It was undone at some moment, so that an edge of an earlier run ends here.
    is_undone: bool,
    /// The first event that made it after it was last undone. Repeating it changes nothing.
    made: Option<(Position, OffsetDateTime)>,
}

impl EdgeFold {
    pub(super) fn make(&mut self, from: i64, to: i64, position: Position, recorded_at: OffsetDateTime) {
        self.0.entry((from, to)).or_default().made.get_or_insert((position, recorded_at));
    }

    pub(super) fn undo(&mut self, from: i64, to: i64) {
        *self.0.entry((from, to)).or_default() = Fate { is_undone: true, made: None };
    }

    pub(super) fn finish(self) -> EdgeChanges {
        let mut changes = EdgeChanges::default();
        for ((from, to), fate) in self.0 {
            if fate.is_undone {
                changes.removed.push((from, to));
            }
            if let Some((position, made_at)) = fate.made {
                changes.made.push(EdgeRow { from, to, position: position.get(), made_at });
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(position: i64) -> Position {
        Position::from_i64(position).expect("positive")
    }

    #[test]
    fn the_first_making_after_the_last_undoing_counts() {
        let mut edges = EdgeFold::default();
        let now = OffsetDateTime::UNIX_EPOCH;
        for (from, events) in [(1, "mm"), (2, "mumm"), (3, "mu"), (4, "u"), (5, "umu")] {
            for (index, event) in (1..).zip(events.chars()) {
                match event {
                    'm' => edges.make(from, 9, at(index), now),
                    _ => edges.undo(from, 9),
                }
            }
        }
        let changes = edges.finish();
        assert_eq!(changes.removed, [(2, 9), (3, 9), (4, 9), (5, 9)]);
        let made: Vec<_> = changes.made.iter().map(|row| (row.from, row.position)).collect();
        assert_eq!(made, [(1, 1), (2, 3)]);
    }
}
