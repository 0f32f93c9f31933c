//! What a window reads, and whether that is complete.

use std::fmt;

use async_trait::async_trait;
use domain::{Position, Sequence};
use event_store::{ReadError, first_since};
use fail_points::planted;
use jiff::{SignedDuration, Timestamp};
use time::OffsetDateTime;

use super::{RunError, Runner};
use crate::job::{Job, Reads};
use crate::ledger::Entry;
use crate::schedule::Window;

/// For so long after a window's end a log without later events is not taken for complete: the broker's clock may be so
/// much behind this one.
pub(super) const SETTLE: SignedDuration = SignedDuration::from_secs(2);

/// How far the data set is.
#[async_trait]
pub trait DataSet: Send + Sync + fmt::Debug {
    /// The position that every published projection has reached.
    async fn position(&self) -> Result<i64, String>;
}

impl Runner {
    /// From behind which position to which one a window goes; `None` while what the job reads is not complete.
    ///
    /// A window begins where the one before it ended, and ends where the one behind it begins, if the ledger knows that: a
    /// clock that was wrong would else leave events between them, or give some to both.
    pub(super) async fn positions(
        &self,
        job: &Job,
        window: Window,
        now: Timestamp,
    ) -> Result<Option<(i64, i64)>, RunError> {
        let head = self.log.head().await?;
        let newest = if head == Sequence::ZERO { None } else { self.log.read(head).await? };
        let is_passed = newest.is_some_and(|event| event.recorded_at >= offset(window.end));
        if !is_passed && now.duration_since(window.end) < SETTLE {
            return Ok(None);
        }
        let before = async |time| {
            let first = first_since(&*self.log, offset(time)).await?;
            let last = Sequence::new(first.get().saturating_sub(1)).unwrap_or_default();
            let position =
                if last == Sequence::ZERO { 0 } else { Position::new(last, self.log.shard()).get() };
            Ok::<_, ReadError>(position)
        };
        let [earlier, later] = self.beside(job, window).await?;
        let to = match later {
            Some(entry) => entry.from,
            None => before(window.end).await?,
        };
        let from = match earlier {
            Some(entry) if !planted("window-by-time") => entry.to,
            _ => before(window.start).await?,
        };
        if job.reads == Reads::DataSet {
            let Some(data_set) = &self.data_set else {
                return Err(RunError::DataSet("its address is not known".to_owned()));
            };
            if data_set.position().await.map_err(RunError::DataSet)? < to {
                return Ok(None);
            }
        }
        Ok(Some((from, to.max(from))))
    }

    /// The entries of the windows before and behind.
    async fn beside(&self, job: &Job, window: Window) -> Result<[Option<Entry>; 2], RunError> {
        let before = job.schedule.windows_until(window.start, 1).pop();
        let before = before.filter(|before| before.end == window.start);
        let read = async |window: Option<Window>| match window {
            None => Ok(None),
            Some(window) => self.ledger.read(&job.name, window).await,
        };
        Ok([read(before).await?, read(job.schedule.window_at(window.end)).await?])
    }
}

fn offset(time: Timestamp) -> OffsetDateTime {
    // Both calendars end at the same year.
    OffsetDateTime::from_unix_timestamp_nanos(time.as_nanosecond()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
