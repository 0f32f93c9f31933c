//! Moments and ranges in the resolution of the database: microseconds.

use std::ops::Range;

use time::OffsetDateTime;

/// Microseconds since 1970-01-01 UTC, between [`Moment::MIN`] and [`Moment::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

const NANOS_PER_MICRO: i128 = 1_000;

impl Moment {
    /// -4000-01-01: before every message, within what Postgres can hold (4713 BC), and the begin of a day.
    pub const MIN: Self = Self(-188_395_027_200 * 1_000_000);
    /// 9999-12-30: after every message, within what every calendar here can hold, and the begin of a day.
    pub const MAX: Self = Self(253_402_128_000 * 1_000_000);

    /// The first moment that is not before the given one. Rows have whole microseconds, so a bound between two of them
    /// divides the rows exactly as the later one does.
    pub fn at_or_after(unix_nanos: i128) -> Self {
        let micros = -(-unix_nanos).div_euclid(NANOS_PER_MICRO);
        let clamped = micros.clamp(i128::from(Self::MIN.0), i128::from(Self::MAX.0));
        // The clamp left it between two numbers of that type.
        Self(i64::try_from(clamped).unwrap_or(Self::MAX.0))
    }

    /// `None` outside of `MIN..=MAX`.
    pub fn from_micros(micros: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0).contains(&micros).then_some(Self(micros))
    }

    pub(crate) fn from_seconds(seconds: i64) -> Self {
        Self::at_or_after(i128::from(seconds) * 1_000_000_000)
    }

    /// The next moment that a row may have.
    pub(crate) fn next(self) -> Self {
        Self((self.0 + 1).min(Self::MAX.0))
    }

    #[cfg(test)]
    pub(super) fn previous(self) -> Self {
        Self(self.0 - 1)
    }

    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// # Panics
    /// Never: `MIN` and `MAX` are inside of what the result can hold.
    pub fn to_time(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * NANOS_PER_MICRO)
            .expect("MIN and MAX lie inside of the years -9999 to 9999")
    }
}

impl From<OffsetDateTime> for Moment {
    fn from(time: OffsetDateTime) -> Self {
        Self::at_or_after(time.unix_timestamp_nanos())
    }
}

/// Where a range begins or ends: at a moment, or where a calendar comes to a date.
///
/// A clock that is set back over midnight shows the day before once more. Such a calendar comes to a date, leaves it, and
/// comes to it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Rising, an odd number: what comes after the first is beyond the bound, after the second it is not, and so on.
    crossings: Vec<Moment>,
}

impl Bound {
    /// `None` for an even number of crossings: nothing would be beyond them for good.
    pub(super) fn at(crossings: Vec<Moment>) -> Option<Self> {
        (crossings.len() % 2 == 1).then_some(Self { crossings })
    }

    /// Nothing before it is beyond the bound.
    pub(super) fn first(&self) -> Moment {
        // There is an odd number of them.
        self.crossings.first().copied().unwrap_or(Moment::MAX)
    }

    fn is_passed_at(&self, moment: Moment) -> bool {
        self.crossings.partition_point(|crossing| *crossing <= moment) % 2 == 1
    }
}

impl From<Moment> for Bound {
    fn from(moment: Moment) -> Self {
        Self { crossings: vec![moment] }
    }
}

/// What is beyond one bound and not beyond the other: pieces in order, which do not touch.
pub(super) fn between(start: &Bound, end: &Bound) -> Vec<Range<Moment>> {
    let mut crossings: Vec<Moment> = start.crossings.iter().chain(&end.crossings).copied().collect();
    crossings.sort_unstable();
    let mut pieces: Vec<Range<Moment>> = Vec::new();
    for pair in crossings.windows(2) {
        if pair[0] < pair[1] && start.is_passed_at(pair[0]) && !end.is_passed_at(pair[0]) {
            match pieces.last_mut() {
                Some(last) if last.end == pair[0] => last.end = pair[1],
                _ => pieces.push(pair[0]..pair[1]),
            }
        }
    }
    pieces
}

/// A range of time. An open side reaches to `Moment::MIN` or `Moment::MAX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeRange {
    /// At least one, in order, not touching. More than one only where clocks were set back over midnight.
    pieces: Vec<Range<Moment>>,
}

impl TimeRange {
    pub fn always() -> Self {
        Self { pieces: vec![Moment::MIN..Moment::MAX] }
    }

    /// From `start` until before `end`; `None` unless start is before end.
    pub fn new(start: Option<Moment>, end: Option<Moment>) -> Option<Self> {
        Self::between(start.map(Bound::from), end.map(Bound::from))
    }

    /// `None` if nothing lies between the bounds.
    pub fn between(start: Option<Bound>, end: Option<Bound>) -> Option<Self> {
        let (start, end) = (start.unwrap_or(Moment::MIN.into()), end.unwrap_or(Moment::MAX.into()));
        let pieces = between(&start, &end);
        (!pieces.is_empty()).then_some(Self { pieces })
    }

    pub fn start(&self) -> Moment {
        self.pieces.first().map_or(Moment::MIN, |piece| piece.start)
    }

    pub fn end(&self) -> Moment {
        self.pieces.last().map_or(Moment::MAX, |piece| piece.end)
    }

    pub fn pieces(&self) -> &[Range<Moment>] {
        &self.pieces
    }

    /// Between start and end, but not in the range.
    pub(super) fn gaps(&self) -> impl Iterator<Item = Range<Moment>> {
        self.pieces.windows(2).map(|pair| pair[0].end..pair[1].start)
    }

    /// What the range has in common with some pieces.
    pub(super) fn common(&self, others: &[Range<Moment>]) -> impl Iterator<Item = Range<Moment>> {
        let pairs = self.pieces.iter().flat_map(move |piece| others.iter().map(move |other| (piece, other)));
        pairs
            .map(|(piece, other)| piece.start.max(other.start)..piece.end.min(other.end))
            .filter(|common| !common.is_empty())
    }

    /// The same range, with its open sides closed at these moments; `None` if nothing is left of it.
    pub(super) fn closed_at(&self, start: Moment, end: Moment) -> Option<Self> {
        let start = if self.is_open_at_start() { start } else { self.start() };
        let end = if self.is_open_at_end() { end } else { self.end() };
        let pieces: Vec<_> = self.common(&[start..end]).collect();
        (!pieces.is_empty()).then_some(Self { pieces })
    }

    pub(super) fn is_open_at_start(&self) -> bool {
        self.start() == Moment::MIN
    }

    pub(super) fn is_open_at_end(&self) -> bool {
        self.end() == Moment::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_moments_begin_days() {
        assert_eq!(Moment::MIN.to_time().to_string(), "-4000-01-01 0:00:00.0 +00:00:00");
        assert_eq!(Moment::MAX.to_time().to_string(), "9999-12-30 0:00:00.0 +00:00:00");
    }

    #[test]
    fn a_bound_between_two_microseconds_is_the_later_one() {
        assert_eq!(Moment::at_or_after(1_000).as_micros(), 1);
        assert_eq!(Moment::at_or_after(1_001).as_micros(), 2);
        assert_eq!(Moment::at_or_after(-1_001).as_micros(), -1);
        assert_eq!(Moment::at_or_after(i128::MAX / 2), Moment::MAX);
        assert_eq!(Moment::at_or_after(i128::MIN / 2), Moment::MIN);
    }

    #[test]
    fn a_range_has_a_length() {
        let moment = Moment::from_micros(5);
        assert_eq!(TimeRange::new(moment, moment), None);
        assert_eq!(TimeRange::new(None, None), Some(TimeRange::always()));
    }
}
