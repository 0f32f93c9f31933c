//! Follows and reactions within one segment: per edge only the end counts, and what was made in between leaves
//! nothing.

use std::collections::BTreeMap;

use data_set::write::{EdgeChanges, EdgeRow};
use domain::Position;
use time::OffsetDateTime;

use super::messages::whole_micros;

/// Edges of one kind, in the order of the key.
#[derive(Debug, Default)]
pub(super) struct EdgeFold(BTreeMap<(i64, i64), Fate>);

/// What a segment does to one edge.
#[derive(Debug, Default)]
struct Fate {
    /// It was undone at some moment, so that an edge of an earlier segment ends here.
    is_undone: bool,
    /// The first event that made it after it was last undone. Repeating it changes nothing.
    made: Option<Making>,
}

/// The event that makes an edge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Making {
    pub(super) position: Position,
    pub(super) recorded_at: OffsetDateTime,
    /// Of an imported edge.
    pub(super) original_time: Option<OffsetDateTime>,
}

impl EdgeFold {
    pub(super) fn make(&mut self, from: i64, to: i64, making: Making) {
        self.0.entry((from, to)).or_default().made.get_or_insert(making);
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
            if let Some(Making { position, recorded_at, original_time }) = fate.made {
                changes.made.push(EdgeRow {
                    from,
                    to,
                    position: position.get(),
                    made_at: whole_micros(original_time.unwrap_or(recorded_at)),
                    // History floods nobody.
                    is_told: original_time.is_none(),
                });
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
        let making = |position| Making {
            position: at(position),
            recorded_at: OffsetDateTime::UNIX_EPOCH,
            original_time: None,
        };
        for (from, events) in [(1, "mm"), (2, "mumm"), (3, "mu"), (4, "u"), (5, "umu")] {
            for (index, event) in (1..).zip(events.chars()) {
                match event {
                    'm' => edges.make(from, 9, making(index)),
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
