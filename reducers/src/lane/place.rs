//! Where a lane is: its checkpoint, and what is parked before it.

use data_set::write::{self, Checkpoint, Step, WriteError, parked};
use domain::{Position, Sequence};
use event_store::{Dropped, EventLog, ReadError, RecordedEvent};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Lane, LaneError};
use crate::fold::Fold;
use crate::quarantine::{Quarantine, Seen, see};

/// Where a worker is in the log, and what it knows of the events that it passed over.
#[derive(Debug)]
pub(crate) struct Place {
    pub(super) checkpoint: Checkpoint,
    pub(super) quarantine: Quarantine,
    /// As far as the log said so when the worker looked.
    pub(super) dropped: Dropped,
}

impl Place {
    pub(crate) async fn resume(lane: &Lane, key: &write::ProjectionKey) -> Result<Self, LaneError> {
        let checkpoint = write::resume(&lane.pool, key).await?;
        // Behind the generation: what is changed in between makes the next step fail.
        let quarantine = parked::held(&lane.pool, key, checkpoint.position).await?.into();
        let dropped = Dropped::read(&*lane.log, lane.fold.name()).await?;
        Ok(Self { checkpoint, quarantine, dropped })
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

    /// Reads anew what is parked, behind steps beside this worker's own. Another worker may have gone on meanwhile.
    pub(super) async fn renew(&mut self, lane: &Lane, key: &write::ProjectionKey) -> Result<(), LaneError> {
        let now = Self::resume(lane, key).await?;
        if now.position() != self.position() {
            return Err(WriteError::Fenced.into());
        }
        *self = now;
        Ok(())
    }

    /// For a planted mistake.
    pub(super) async fn skip_to(
        self,
        lane: &Lane,
        key: &write::ProjectionKey,
        head: Sequence,
    ) -> Result<Self, LaneError> {
        let head = self.checkpoint.at(Position::new(head, self.position().shard()).get(), None);
        Step::advance(&lane.pool, key, self.checkpoint, head).await?.commit().await?;
        Self::resume(lane, key).await
    }

    /// Whether events can be folded without a look at any single one of them.
    pub(super) fn is_clear_for(&self, events: &[RecordedEvent]) -> bool {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return true };
        self.quarantine.is_empty() && self.dropped.has_none_in(first.position, last.position)
    }

    pub(super) fn see(&self, fold: &dyn Fold, recorded: &RecordedEvent) -> Seen {
        self.dropped.by(recorded.position).map_or_else(|| see(fold, recorded), Seen::Dropped)
    }
}

fn event_id(recorded: &RecordedEvent) -> Option<Uuid> {
    recorded.envelope.as_ref().map(|envelope| envelope.event.0)
}
