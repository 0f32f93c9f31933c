//! Where a lane is: its checkpoint, and what is parked before it.

use data_set::write::{self, Checkpoint, Step, WriteError, parked};
use domain::{Position, Sequence};
use event_store::{EventLog, ReadError, RecordedEvent};
use time::OffsetDateTime;
use uuid::Uuid;

use super::Lane;
use crate::quarantine::{Quarantine, Seen, see};

/// Where a worker is in the log, and what it knows of the events that it passed over.
#[derive(Debug)]
pub(crate) struct Place {
    pub(super) checkpoint: Checkpoint,
    pub(super) quarantine: Quarantine,
}

impl Place {
    pub(crate) async fn resume(lane: &Lane, key: &write::Lane) -> Result<Self, WriteError> {
        let checkpoint = write::resume(&lane.pool, key).await?;
        // Behind the generation: what is changed in between makes the next step fail.
        let quarantine = parked::held(&lane.pool, key, checkpoint.position).await?.into();
        Ok(Self { checkpoint, quarantine })
    }

    pub(crate) fn position(&self) -> Position {
        // The table forbids negative positions. A new lane's 0 belongs to shard 0; only its sequence matters.
        Position::from_i64(self.checkpoint.position).unwrap_or_default()
    }

    pub(super) fn at(&self, last: &RecordedEvent) -> Checkpoint {
        self.checkpoint.at(last.position.get(), event_id(last))
    }

    /// Refuses a log that holds another event where the checkpoint is. Gives the time until which the rows are complete: that
    /// event's, or before the first fold that of the log's first event.
    pub(crate) async fn check(&self, log: &dyn EventLog) -> Result<OffsetDateTime, ReadError> {
        let now = OffsetDateTime::now_utc();
        let sequence = self.position().sequence();
        let last = if sequence == Sequence::ZERO { sequence.next() } else { sequence };
        // The log is empty, or ends before the checkpoint; then it is refused when it is read on.
        let Some(found) = log.read(last).await? else { return Ok(now) };
        match self.checkpoint.event {
            Some(expected) if sequence == last && event_id(&found) != Some(expected) => {
                Err(ReadError::OtherEvent(sequence.get()))
            }
            _ => Ok(found.recorded_at),
        }
    }

    /// For a planted mistake.
    pub(super) async fn skip_to(
        self,
        lane: &Lane,
        key: &write::Lane,
        head: Sequence,
    ) -> Result<Self, WriteError> {
        let head = self.checkpoint.at(Position::new(head, self.position().shard()).get(), None);
        Step::advance(&lane.pool, key, self.checkpoint, head).await?.commit().await?;
        Self::resume(lane, key).await
    }

    /// Whether events can be folded without a look at any single one of them.
    pub(super) fn is_clear_for(&self, events: &[RecordedEvent]) -> bool {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return true };
        self.quarantine.is_empty()
            && self.quarantine.has_dropped_none(first.position.get(), last.position.get())
    }

    pub(super) fn given_up_among(&self, events: &[RecordedEvent]) -> Vec<i64> {
        let positions = events.iter().map(|recorded| recorded.position.get());
        positions.filter(|position| self.quarantine.has_dropped(*position)).collect()
    }

    pub(super) fn see(&self, recorded: &RecordedEvent) -> Seen {
        if self.quarantine.has_dropped(recorded.position.get()) { Seen::Foreign } else { see(recorded) }
    }
}

fn event_id(recorded: &RecordedEvent) -> Option<Uuid> {
    recorded.envelope.as_ref().map(|envelope| envelope.event.0)
}
