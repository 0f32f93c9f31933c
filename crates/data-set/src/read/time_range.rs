//! Ranges of time, and where they begin and end.

use std::ops::Range;

use crate::timestamp::Timestamp;

/// Where a range begins or ends: at a timestamp, or where a calendar reaches a date.
///
/// A clock that is set back over midnight shows the day before once more. Such a calendar reaches a date, leaves it,
/// and reaches it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Rising, an odd number: what comes after the first is beyond the bound, after the second it is not, and so on.
    crossings: Vec<Timestamp>,
}

impl Bound {
    /// `None` for an even number of crossings: nothing would be beyond them for good.
    pub(super) fn at(crossings: Vec<Timestamp>) -> Option<Self> {
        (crossings.len() % 2 == 1).then_some(Self { crossings })
    }

    /// Nothing before it is beyond the bound.
    pub(super) fn first(&self) -> Timestamp {
        // There is an odd number of them.
        self.crossings.first().copied().unwrap_or(Timestamp::MAX)
    }

    fn is_passed_at(&self, timestamp: Timestamp) -> bool {
        self.crossings.partition_point(|crossing| *crossing <= timestamp) % 2 == 1
    }
}

impl From<Timestamp> for Bound {
    fn from(timestamp: Timestamp) -> Self {
        Self { crossings: vec![timestamp] }
    }
}

/// What is beyond one bound and not beyond the other: intervals in order, which do not touch.
pub(super) fn between(start: &Bound, end: &Bound) -> Vec<Range<Timestamp>> {
    let mut crossings: Vec<Timestamp> = start.crossings.iter().chain(&end.crossings).copied().collect();
    crossings.sort_unstable();
    let mut intervals: Vec<Range<Timestamp>> = Vec::new();
    for pair in crossings.windows(2) {
        if pair[0] < pair[1] && start.is_passed_at(pair[0]) && !end.is_passed_at(pair[0]) {
            match intervals.last_mut() {
                Some(last) if last.end == pair[0] => last.end = pair[1],
                _ => intervals.push(pair[0]..pair[1]),
            }
        }
    }
    intervals
}

/// A range of time. An open side reaches to `Timestamp::MIN` or `Timestamp::MAX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeRange {
    /// At least one, in order, not touching. More than one only where clocks were set back over midnight.
    intervals: Vec<Range<Timestamp>>,
}

impl TimeRange {
    pub fn always() -> Self {
        Self { intervals: vec![Timestamp::MIN..Timestamp::MAX] }
    }

    /// From `start` until before `end`; `None` unless start is before end.
    pub fn new(start: Option<Timestamp>, end: Option<Timestamp>) -> Option<Self> {
        Self::between(start.map(Bound::from), end.map(Bound::from))
    }

    /// `None` if nothing lies between the bounds.
    pub fn between(start: Option<Bound>, end: Option<Bound>) -> Option<Self> {
        let (start, end) = (start.unwrap_or(Timestamp::MIN.into()), end.unwrap_or(Timestamp::MAX.into()));
        let intervals = between(&start, &end);
        (!intervals.is_empty()).then_some(Self { intervals })
    }

    pub fn start(&self) -> Timestamp {
        self.intervals.first().map_or(Timestamp::MIN, |interval| interval.start)
    }

    pub fn end(&self) -> Timestamp {
        self.intervals.last().map_or(Timestamp::MAX, |interval| interval.end)
    }

    pub fn intervals(&self) -> &[Range<Timestamp>] {
        &self.intervals
    }

    /// Between start and end, but not in the range.
    pub(super) fn gaps(&self) -> impl Iterator<Item = Range<Timestamp>> {
        self.intervals.windows(2).map(|pair| pair[0].end..pair[1].start)
    }

    /// What the range has in common with some intervals.
    pub(super) fn common(&self, others: &[Range<Timestamp>]) -> impl Iterator<Item = Range<Timestamp>> {
        let pairs =
            self.intervals.iter().flat_map(move |interval| others.iter().map(move |other| (interval, other)));
        pairs
            .map(|(interval, other)| interval.start.max(other.start)..interval.end.min(other.end))
            .filter(|common| !common.is_empty())
    }

    /// The same range, with its open sides closed at these moments; `None` if nothing is left of it.
    pub(super) fn closed_at(&self, start: Timestamp, end: Timestamp) -> Option<Self> {
        let start = if self.is_open_at_start() { start } else { self.start() };
        let end = if self.is_open_at_end() { end } else { self.end() };
        let intervals: Vec<_> = self.common(&[start..end]).collect();
        (!intervals.is_empty()).then_some(Self { intervals })
    }

    pub(super) fn is_open_at_start(&self) -> bool {
        self.start() == Timestamp::MIN
    }

    pub(super) fn is_open_at_end(&self) -> bool {
        self.end() == Timestamp::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_a_length() {
        let timestamp = Timestamp::from_micros(5);
        assert_eq!(TimeRange::new(timestamp, timestamp), None);
        assert_eq!(TimeRange::new(None, None), Some(TimeRange::always()));
    }
}
