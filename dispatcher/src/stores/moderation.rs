//! What moderators and operators decided about accounts, and what was reported to them.

use std::sync::Arc;

use domain::moderation::Moderation;
use domain::{AccountId, Event, Position, ReportEvent, ReportFiled};
use event_store::{Boundary, EventLog, ReadError, Subject, known};

use super::last::{Loaded, last};

#[derive(Debug, Clone)]
pub struct ModerationStore {
    log: Arc<dyn EventLog>,
}

impl ModerationStore {
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log }
    }

    pub async fn load(&self, account: AccountId) -> Result<Loaded<Moderation>, ReadError> {
        let subject = Subject::new(self.log.shard(), Boundary::Moderation(account));
        let last = last(&*self.log, subject, |event| match event {
            Event::Moderation(event) => Some(event),
            _ => None,
        })
        .await?;
        let state = last.event.map(|(event, _)| Moderation::after(&event)).unwrap_or_default();
        Ok(Loaded { state, through: last.through })
    }

    /// An account's last report.
    pub async fn last_report(&self, reporter: AccountId) -> Result<Loaded<Option<ReportFiled>>, ReadError> {
        let subject = Subject::new(self.log.shard(), Boundary::Reports(reporter));
        let last = last(&*self.log, subject, |event| match event {
            Event::Report(ReportEvent::Filed(event)) => Some(event),
            _ => None,
        })
        .await?;
        Ok(Loaded { state: last.event.map(|(event, _)| event), through: last.through })
    }

    /// Whether there is a report at a position.
    pub async fn is_report(&self, report: Position) -> Result<bool, ReadError> {
        if report.shard() != self.log.shard() {
            return Ok(false);
        }
        let recorded = self.log.read(report.sequence()).await?;
        Ok(matches!(recorded.as_ref().and_then(known), Some(Event::Report(ReportEvent::Filed(_)))))
    }
}
