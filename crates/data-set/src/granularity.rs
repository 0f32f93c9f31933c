//! The widths of folded counts, in UTC. The rule by which periods are split stands in migration 0012.

use time::OffsetDateTime;

use crate::timestamp::Timestamp;

/// From fine to coarse, as the Postgres enum `control.granularity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Granularity {
    Minute,
    Hour,
    Day,
    Month,
    /// All time.
    All,
}

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

impl Granularity {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::All => "all",
        }
    }

    pub(crate) fn coarser(self) -> Option<Self> {
        match self {
            Self::Minute => Some(Self::Hour),
            Self::Hour => Some(Self::Day),
            Self::Day => Some(Self::Month),
            Self::Month => Some(Self::All),
            Self::All => None,
        }
    }

    pub(crate) fn finer(self) -> Option<Self> {
        match self {
            Self::Minute => None,
            Self::Hour => Some(Self::Minute),
            Self::Day => Some(Self::Hour),
            Self::Month => Some(Self::Day),
            Self::All => Some(Self::Month),
        }
    }

    /// The begin of the period that holds a timestamp, both in Unix seconds. For `All`: 0, as in the table.
    pub(crate) fn begin(self, second: i64) -> i64 {
        // UTC has no leap seconds here, in Postgres or in Unix time: each minute has 60 seconds.
        match self {
            Self::Minute => second.div_euclid(60) * 60,
            Self::Hour => second.div_euclid(3_600) * 3_600,
            Self::Day => second.div_euclid(SECONDS_PER_DAY) * SECONDS_PER_DAY,
            Self::Month => {
                let day = second.div_euclid(SECONDS_PER_DAY);
                (day - i64::from(day_of_month(day)) + 1) * SECONDS_PER_DAY
            }
            Self::All => 0,
        }
    }

    /// From where to before where the period reaches that begins at `begin`.
    pub(crate) fn range(self, begin: i64) -> (Timestamp, Timestamp) {
        let length = match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => SECONDS_PER_DAY,
            // The 32nd day from the first of a month lies in the next one.
            Self::Month => self.begin(begin + 31 * SECONDS_PER_DAY) - begin,
            Self::All => return (Timestamp::MIN, Timestamp::MAX),
        };
        (Timestamp::from_seconds(begin), Timestamp::from_seconds(begin + length))
    }

    /// The begin of the period that holds a timestamp.
    pub(crate) fn round_down(self, timestamp: Timestamp) -> Timestamp {
        // An open end lies in the middle of its month, but nothing is later.
        if timestamp == Timestamp::MAX {
            return timestamp;
        }
        self.range(self.begin(timestamp.as_micros().div_euclid(MICROS_PER_SECOND))).0
    }

    /// The first begin of a period that is not before a timestamp.
    pub(crate) fn round_up(self, timestamp: Timestamp) -> Timestamp {
        let (begin, end) = self.range(self.begin(timestamp.as_micros().div_euclid(MICROS_PER_SECOND)));
        if begin == timestamp { begin } else { end }
    }
}

/// Of a day counted from 1970-01-01.
fn day_of_month(day: i64) -> u8 {
    // `Timestamp` bounds every time to years that this can hold; a day outside of them would count as a first.
    OffsetDateTime::from_unix_timestamp(day * SECONDS_PER_DAY).map_or(1, OffsetDateTime::day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_on_the_first_whatever_their_length() {
        for (year, month, days) in
            [(2024, 2, 29), (2023, 2, 28), (1969, 12, 31), (-3999, 4, 30), (2026, 1, 31)]
        {
            let month = time::Month::try_from(month).expect("1 to 12");
            let first =
                time::Date::from_calendar_date(year, month, 1).expect("a date").midnight().assume_utc();
            let begin = first.unix_timestamp();
            for second in [0, 1, days * SECONDS_PER_DAY - 1] {
                assert_eq!(Granularity::Month.begin(begin + second), begin);
            }
            let end = Granularity::Month.begin(begin + days * SECONDS_PER_DAY);
            assert_eq!(end, begin + days * SECONDS_PER_DAY);
            assert_eq!(
                Granularity::Month.range(begin),
                (Timestamp::from_seconds(begin), Timestamp::from_seconds(end))
            );
        }
    }

    #[test]
    fn a_begin_is_rounded_to_itself() {
        for granularity in [Granularity::Minute, Granularity::Hour, Granularity::Day, Granularity::Month] {
            let begin = Timestamp::from_seconds(1_709_251_200);
            assert_eq!((granularity.round_down(begin), granularity.round_up(begin)), (begin, begin));
            assert!(granularity.round_up(begin.next()) > begin);
            assert_eq!(granularity.round_down(begin.next()), begin);
        }
    }
}
