//! Edges of one kind within one segment: when each of them began and ended.

use std::collections::BTreeMap;

use data_set::write::{EndedRow, IntervalChanges, IntervalRow};
use time::OffsetDateTime;

/// In the order of the key.
#[derive(Debug, Default)]
pub(super) struct EdgeFold(BTreeMap<(i64, i64), Edge>);

/// Position and moment.
type At = (i64, OffsetDateTime);

#[derive(Debug, Default)]
struct Edge {
    /// The first end: of what an earlier segment began, if it did.
    ended: Option<At>,
    begun: Vec<(At, Option<At>)>,
}

impl EdgeFold {
    pub(super) fn make(&mut self, from: i64, to: i64, at: At) {
        let edge = self.0.entry((from, to)).or_default();
        let stands = edge.begun.last().is_some_and(|(_, end)| end.is_none());
        // Repeating it changes nothing.
        if !stands {
            edge.begun.push((at, None));
        }
    }

    pub(super) fn undo(&mut self, from: i64, to: i64, at: At) {
        let edge = self.0.entry((from, to)).or_default();
        edge.ended.get_or_insert(at);
        if let Some((_, end)) = edge.begun.last_mut() {
            end.get_or_insert(at);
        }
    }

    pub(super) fn finish(self) -> IntervalChanges {
        let mut changes = IntervalChanges::default();
        for ((from, to), edge) in self.0 {
            if let Some((position, at)) = edge.ended {
                changes.ended.push(EndedRow { from, to, position, at });
            }
            let row = |((position, at), end)| IntervalRow { from, to, position, at, end };
            changes.begun.extend(edge.begun.into_iter().map(row));
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_has_an_interval_for_each_time_that_it_stood() {
        let mut edges = EdgeFold::default();
        for (from, events) in [(1, "mm"), (2, "mumm"), (3, "mu"), (4, "u"), (5, "umu"), (6, "uumumu")] {
            for (position, event) in (1..).zip(events.chars()) {
                let at = (position, OffsetDateTime::UNIX_EPOCH);
                match event {
                    'm' => edges.make(from, 9, at),
                    _ => edges.undo(from, 9, at),
                }
            }
        }
        let changes = edges.finish();
        let ended: Vec<_> = changes.ended.iter().map(|row| (row.from, row.position)).collect();
        assert_eq!(ended, [(2, 2), (3, 2), (4, 1), (5, 1), (6, 1)]);
        let end = |row: &IntervalRow| row.end.map(|(position, _)| position);
        let begun: Vec<_> = changes.begun.iter().map(|row| (row.from, row.position, end(row))).collect();
        let expected = [
            (1, 1, None),
            (2, 1, Some(2)),
            (2, 3, None),
            (3, 1, Some(2)),
            (5, 2, Some(3)),
            (6, 3, Some(4)),
            (6, 5, Some(6)),
        ];
        assert_eq!(begun, expected);
    }
}
