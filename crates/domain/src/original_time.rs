//! When something imported happened.

use std::fmt;

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::{AccountId, MessageId, Rejection};

/// The clocks of two machines may differ by so much.
const CLOCK_SKEW: Duration = Duration::minutes(5);

/// From 1970 to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OriginalTime(OffsetDateTime);

/// When that began which something imported is about. It never changes, so it may be looked up at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// Of an imported account. One that was registered here says nothing: its owner may have been elsewhere before.
    Account(AccountId, OffsetDateTime),
    /// Of any message.
    Message(MessageId, OffsetDateTime),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeRejection {
    #[error("the original time is before 1970 or in the future")]
    TimeMustBePlausible,
    #[error("the original time lies before {at}, when account {account} was registered", at = DisplayTime(*at))]
    TimeMustNotBeBeforeAccount { account: AccountId, at: OffsetDateTime },
    #[error("the original time lies before {at}, when message {message} was written", at = DisplayTime(*at))]
    TimeMustNotBeBeforeMessage { message: MessageId, at: OffsetDateTime },
}

impl Rejection for TimeRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::TimeMustBePlausible => "TimeMustBePlausible",
            Self::TimeMustNotBeBeforeAccount { .. } => "TimeMustNotBeBeforeAccount",
            Self::TimeMustNotBeBeforeMessage { .. } => "TimeMustNotBeBeforeMessage",
        }
    }
}

impl OriginalTime {
    /// Nothing happened before what it is about began.
    pub fn parse(
        raw: OffsetDateTime,
        now: OffsetDateTime,
        about: impl IntoIterator<Item = Beginning>,
    ) -> Result<Self, TimeRejection> {
        if raw < OffsetDateTime::UNIX_EPOCH || raw > now + CLOCK_SKEW {
            return Err(TimeRejection::TimeMustBePlausible);
        }
        for beginning in about {
            match beginning {
                Beginning::Account(account, at) if raw < at => {
                    return Err(TimeRejection::TimeMustNotBeBeforeAccount { account, at });
                }
                Beginning::Message(message, at) if raw < at => {
                    return Err(TimeRejection::TimeMustNotBeBeforeMessage { message, at });
                }
                Beginning::Account(..) | Beginning::Message(..) => {}
            }
        }
        Ok(Self(raw.to_offset(time::UtcOffset::UTC)))
    }

    pub fn get(self) -> OffsetDateTime {
        self.0
    }
}

struct DisplayTime(OffsetDateTime);

impl fmt::Display for DisplayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.format(&Rfc3339) {
            Ok(text) => f.write_str(&text),
            Err(_beyond_year_9999) => self.0.fmt(f),
        }
    }
}
