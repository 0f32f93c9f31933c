//! Reporting accounts to moderators.
//!
//! Invariants:
//! - Who is reported exists, and so does the message, which is theirs. Nobody reports themselves.
//! - A reporter files at most 20 reports a day (UTC): each event counts on from the one before.

use time::OffsetDateTime;

use crate::event::day_number;
use crate::{AccountId, MessageId, Note, Position, Reason, Rejection, ReportEvent, ReportFiled};

const OF_DAY_MAX: u16 = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    pub reporter: AccountId,
    pub account: AccountId,
    pub account_exists: bool,
    pub message: Option<ReportedMessage>,
    pub reason: Reason,
    pub comment: Option<Note>,
    pub now: OffsetDateTime,
    /// The reporter's last report.
    pub before: Option<ReportFiled>,
}

/// A message and who wrote it, where it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportedMessage {
    pub message: MessageId,
    pub author: Option<AccountId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReportRejection {
    #[error("there is no such account, or it was given up")]
    AccountMustExist,
    #[error("an account cannot report itself")]
    AccountMustNotReportItself,
    #[error("there is no such message of this account, or it was deleted")]
    ReportedMessageMustExist,
    #[error("an account files at most 20 reports a day")]
    ReportsMustBeFew,
    #[error("there is no such report")]
    ReportMustExist,
}

impl Rejection for ReportRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::AccountMustExist => "AccountMustExist",
            Self::AccountMustNotReportItself => "AccountMustNotReportItself",
            Self::ReportedMessageMustExist => "ReportedMessageMustExist",
            Self::ReportsMustBeFew => "ReportsMustBeFew",
            Self::ReportMustExist => "ReportMustExist",
        }
    }
}

pub fn file_report(command: FileReport) -> Result<ReportEvent, ReportRejection> {
    let FileReport { reporter, account, account_exists, message, reason, comment, now, before } = command;
    if reporter == account {
        return Err(ReportRejection::AccountMustNotReportItself);
    }
    if !account_exists {
        return Err(ReportRejection::AccountMustExist);
    }
    if message.is_some_and(|message| message.author != Some(account)) {
        return Err(ReportRejection::ReportedMessageMustExist);
    }
    let day = day_number(now.to_offset(time::UtcOffset::UTC).date());
    // A clock that was set back does not begin the day anew.
    let (day, of_day) = match before {
        Some(before) if before.day >= day => (before.day, before.of_day.saturating_add(1)),
        Some(_) | None => (day, 1),
    };
    if of_day > OF_DAY_MAX {
        return Err(ReportRejection::ReportsMustBeFew);
    }
    let message = message.map(|message| message.message);
    Ok(ReportEvent::Filed(ReportFiled { reporter, account, message, reason, comment, day, of_day }))
}

/// Whether there can be a report at a position that an event is appended behind.
pub fn is_past(report: Position, at: Position) -> bool {
    report.shard() != at.shard() || report < at
}
