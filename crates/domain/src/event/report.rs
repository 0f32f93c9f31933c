//! What people tell moderators. Subjects: the reporter's reports, and the resolutions of the moderator.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::Date;

use crate::{AccountId, MessageId, Note, Position, Reason};

/// Somebody wants moderators to look at an account. The report's id is the position of this event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportFiled {
    pub reporter: AccountId,
    pub account: AccountId,
    /// Of that account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    pub reason: Reason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Note>,
    /// The day (UTC) by the dispatcher's clock, as days since 1970.
    pub day: i32,
    /// The how many-th of the reporter's on that day, from 1.
    pub of_day: u16,
}

/// A moderator is done with a report. The first one counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportResolved {
    pub report: Position,
    pub by: AccountId,
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Something was done about it.
    Acted,
    Dismissed,
}

impl Outcome {
    pub const ALL: [Self; 2] = [Self::Acted, Self::Dismissed];

    pub fn word(self) -> &'static str {
        match self {
            Self::Acted => "acted",
            Self::Dismissed => "dismissed",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReportEvent {
    Filed(ReportFiled),
    Resolved(ReportResolved),
}

/// Days since 1970 of a date.
pub(crate) fn day_number(date: Date) -> i32 {
    date.to_julian_day() - time::macros::date!(1970 - 01 - 01).to_julian_day()
}

impl DomainEvent for ReportEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Filed(_) => "rookery.report.filed".to_owned(),
            Self::Resolved(_) => "rookery.report.resolved".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
