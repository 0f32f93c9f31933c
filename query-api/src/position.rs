//! Positions of the log, as callers name them and as events are counted by them.

use api_types::number;
use data_set::read::{self, AsOf, ReadError};
use data_set::{Pool, SHARD_BITS};
use http_kit::ApiProblem;
use http_kit::position::of_another_log;

/// How far the positions of neighbours are apart.
pub(crate) const PER_EVENT: i64 = 1 << SHARD_BITS;

/// Why a text is no position of this data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadPosition {
    Malformed,
    /// No event of this data's shard can have it.
    OtherLog,
}

impl BadPosition {
    /// `malformed` is said of what is no position at all.
    pub(crate) fn problem(self, field: &str, malformed: impl Into<ApiProblem>, expected: &str) -> ApiProblem {
        match self {
            Self::Malformed => malformed.into().field(field, expected),
            Self::OtherLog => of_another_log(field),
        }
    }
}

/// A position of this data's log; 0 is before its first event.
pub(crate) fn parse(text: &str) -> Result<i64, BadPosition> {
    let position = number::parse::<i64>(text).ok_or(BadPosition::Malformed)?;
    // This data is of shard 0.
    if position % PER_EVENT == 0 { Ok(position) } else { Err(BadPosition::OtherLog) }
}

/// How many events lie behind one position and up to another.
pub(crate) fn events_between(from: i64, to: i64) -> i64 {
    (to >> SHARD_BITS) - (from >> SHARD_BITS)
}

/// Where the log ends, if it has not come as far as a position. One that the data has not reached may be on its way; a
/// worker that looked since then and did not see it knows that it is not.
pub(crate) async fn log_end_before(pool: &Pool, position: i64) -> Result<Option<i64>, ReadError> {
    let found = read::find_cutoff(pool, AsOf::Position(position)).await?;
    Ok(found.value.head.filter(|head| *head < position))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_one_of_an_event_of_this_log() {
        for (text, position) in [("0", 0), ("256", 256), ("9223372036854775552", i64::MAX - 255)] {
            assert_eq!(parse(text), Ok(position));
        }
        for text in ["", "x", "-256", "+256", "0256", "256.0", "9223372036854775808"] {
            assert_eq!(parse(text), Err(BadPosition::Malformed), "{text}");
        }
        for text in ["1", "255", "257", "9223372036854775807"] {
            assert_eq!(parse(text), Err(BadPosition::OtherLog), "{text}");
        }
        assert_eq!((events_between(256, 1024), events_between(1024, 256)), (3, -3));
    }
}
