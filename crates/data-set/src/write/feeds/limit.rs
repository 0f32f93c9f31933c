//! When an author has too many followers for fan-out.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

/// The most followers to whose feeds an author's entries are written. With more, readers merge them.
///
/// The way back begins a tenth lower: both ways touch every follower's rows, and an author at the limit must not change
/// sides with every follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FanOutLimit(u32);

impl FanOutLimit {
    pub const DEFAULT: Self = Self(10_000);

    pub const fn new(followers: u32) -> Self {
        Self(followers)
    }

    pub const fn followers(self) -> u32 {
        self.0
    }

    pub(super) fn is_exceeded_by(self, followers: i64) -> bool {
        followers > i64::from(self.0)
    }

    pub(super) fn is_left_by(self, followers: i64) -> bool {
        followers <= i64::from(self.0 - self.0 / 10)
    }
}

impl fmt::Display for FanOutLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for FanOutLimit {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl Default for FanOutLimit {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_begins_lower() {
        let limit = FanOutLimit::DEFAULT;
        assert!(!limit.is_exceeded_by(10_000) && limit.is_exceeded_by(10_001));
        assert!(!limit.is_left_by(9_001) && limit.is_left_by(9_000));
    }

    #[test]
    fn no_number_of_followers_is_both_too_many_and_few_enough() {
        for limit in [0, 1, 3, 9, 10, 11, 10_000, u32::MAX] {
            let limit = FanOutLimit::new(limit);
            for followers in (0..25).chain([9_000, 10_000, 10_001, i64::from(u32::MAX)]) {
                assert!(!(limit.is_exceeded_by(followers) && limit.is_left_by(followers)), "{limit:?}");
            }
        }
    }
}
