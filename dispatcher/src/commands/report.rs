//! Reporting accounts, and being done with a report.

use domain::report::{self, FileReport, ReportRejection, ReportedMessage};
use domain::{AccountId, MessageId, Note, Outcome, Position, Reason, ReportEvent, ReportResolved};
use event_store::Expected;
use time::OffsetDateTime;

use crate::decision::{Change, Command, Decision, Done, ExecuteError, KeyedLock, Placed};
use crate::stores::Stores;

use super::done;

#[derive(Debug, Clone)]
pub struct Report {
    pub reporter: AccountId,
    pub account: AccountId,
    pub message: Option<MessageId>,
    pub reason: Reason,
    pub comment: Option<Note>,
    pub now: OffsetDateTime,
}

#[derive(Debug, Clone)]
pub struct ResolveReport {
    pub report: Position,
    pub by: AccountId,
    pub outcome: Outcome,
    pub note: Option<Note>,
}

impl Command for Report {
    type Rejection = ReportRejection;
    type Outcome = Done;

    fn operation(&self) -> &'static str {
        "report"
    }

    fn keyed_lock(&self) -> Option<KeyedLock> {
        Some(KeyedLock::of(&("reports", self.reporter)))
    }

    async fn decide(&self, stores: &Stores) -> Result<Decision<Done>, ExecuteError<ReportRejection>> {
        let Self { reporter, account, message, reason, comment, now } = self.clone();
        let seen = stores.moderation.last_report(reporter).await.map_err(ExecuteError::Read)?;
        let existing = stores.accounts.existing(account).await.map_err(ExecuteError::Read)?;
        let message = match message {
            Some(message) => {
                let author = stores.messages.author_of_standing(message).await.map_err(ExecuteError::Read)?;
                Some(ReportedMessage { message, author })
            }
            None => None,
        };
        let (account_exists, before) = (existing.is_some(), seen.state);
        let command = FileReport { reporter, account, account_exists, message, reason, comment, now, before };
        let event = report::file_report(command).map_err(ExecuteError::Rejected)?;
        Ok(Decision::Append(vec![Change::new(event, Expected::Last(seen.through))]))
    }

    fn outcome(&self, own: &[Placed]) -> Option<Done> {
        done(own)
    }
}

impl Command for ResolveReport {
    type Rejection = ReportRejection;
    type Outcome = Done;

    fn operation(&self) -> &'static str {
        "resolve_report"
    }

    /// The first resolution of a report counts, so nothing is expected of the subject.
    async fn decide(&self, stores: &Stores) -> Result<Decision<Done>, ExecuteError<ReportRejection>> {
        let Self { report, by, outcome, note } = self.clone();
        if !stores.moderation.is_report(report).await.map_err(ExecuteError::Read)? {
            return Err(ExecuteError::Rejected(ReportRejection::ReportMustExist));
        }
        let event = ReportEvent::Resolved(ReportResolved { report, by, outcome, note });
        Ok(Decision::Append(vec![Change::new(event, Expected::Any)]))
    }

    fn outcome(&self, own: &[Placed]) -> Option<Done> {
        done(own)
    }
}
