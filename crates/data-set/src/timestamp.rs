//! Timestamps in the resolution of the database: microseconds.

use time::OffsetDateTime;

/// Microseconds since 1970-01-01 UTC, between [`Timestamp::MIN`] and [`Timestamp::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

const NANOS_PER_MICRO: i128 = 1_000;

impl Timestamp {
    /// -4000-01-01: before every message, within what Postgres can hold (4713 BC), and the begin of a day.
    pub const MIN: Self = Self(-188_395_027_200 * 1_000_000);
    /// 9999-12-30: after every message, within what every calendar here can hold, and the begin of a day.
    pub const MAX: Self = Self(253_402_128_000 * 1_000_000);

    /// The first moment that is not before the given one. Rows have whole microseconds, so a bound between two of them
    /// splits the rows exactly as the later one does.
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
    pub(crate) fn previous(self) -> Self {
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

impl From<OffsetDateTime> for Timestamp {
    fn from(time: OffsetDateTime) -> Self {
        Self::at_or_after(time.unix_timestamp_nanos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_moments_begin_days() {
        assert_eq!(Timestamp::MIN.to_time().to_string(), "-4000-01-01 0:00:00.0 +00:00:00");
        assert_eq!(Timestamp::MAX.to_time().to_string(), "9999-12-30 0:00:00.0 +00:00:00");
    }

    #[test]
    fn a_bound_between_two_microseconds_is_the_later_one() {
        assert_eq!(Timestamp::at_or_after(1_000).as_micros(), 1);
        assert_eq!(Timestamp::at_or_after(1_001).as_micros(), 2);
        assert_eq!(Timestamp::at_or_after(-1_001).as_micros(), -1);
        assert_eq!(Timestamp::at_or_after(i128::MAX / 2), Timestamp::MAX);
        assert_eq!(Timestamp::at_or_after(i128::MIN / 2), Timestamp::MIN);
    }
}
