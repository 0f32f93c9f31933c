//! When an imported message was written.

use time::{Duration, OffsetDateTime};

use crate::Rejection;

/// The clocks of two machines may differ by so much.
const CLOCK_SKEW: Duration = Duration::minutes(5);

/// From 1970 to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OriginalTime(OffsetDateTime);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeRejection {
    #[error("the original time is before 1970 or in the future")]
    TimeMustBePlausible,
}

impl Rejection for TimeRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::TimeMustBePlausible => "TimeMustBePlausible",
        }
    }
}

impl OriginalTime {
    pub fn parse(raw: OffsetDateTime, now: OffsetDateTime) -> Result<Self, TimeRejection> {
        if raw < OffsetDateTime::UNIX_EPOCH || raw > now + CLOCK_SKEW {
            return Err(TimeRejection::TimeMustBePlausible);
        }
        Ok(Self(raw.to_offset(time::UtcOffset::UTC)))
    }

    pub fn get(self) -> OffsetDateTime {
        self.0
    }
}
