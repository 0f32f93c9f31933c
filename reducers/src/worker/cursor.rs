//! Where a worker is in the log.

use data_set::write::{self, Checkpoint, WriteError, parked};
use domain::{Position, Sequence};
use event_store::{Dropped, EventLog, ReadError, RecordedEvent};
use time::OffsetDateTime;
use uuid::Uuid;

use super::error::WorkerError;
use super::projection_worker::ProjectionWorker;
use crate::parking::{Classified, ParkedKeys, classify};
use crate::projections::Fold;

/// The checkpoint, and what the worker knows of the events before it that are not in the rows.
#[derive(Debug)]
pub(super) struct Cursor {
    pub(super) key: write::ProjectionKey,
    pub(super) checkpoint: Checkpoint,
    pub(super) parked: ParkedKeys,
    /// As far as the log said so when the worker looked.
    pub(super) dropped: Dropped,
}

impl Cursor {
    pub(super) async fn resume(worker: &ProjectionWorker) -> Result<Self, WorkerError> {
        let key = worker.key();
        let checkpoint = write::resume(&worker.pool, &key).await?;
        // Read after the generation: what is changed in between makes the next step fail.
        let parked = ParkedKeys::stored(&parked::keys(&worker.pool, &key, checkpoint.position).await?);
        let dropped = Dropped::read(&*worker.log, worker.fold.name()).await?;
        Ok(Self { key, checkpoint, parked, dropped })
    }

    pub(super) fn position(&self) -> Position {
        // The table forbids negative positions. A new worker's 0 belongs to shard 0; only its sequence matters.
        Position::from_i64(self.checkpoint.position).unwrap_or_default()
    }

    /// The checkpoint behind an event.
    pub(super) fn behind(&self, last: &RecordedEvent) -> Checkpoint {
        self.checkpoint.at(last.position.get(), event_id(last))
    }

    /// Refuses a log that holds another event where the checkpoint is. Gives the time until which the rows are
    /// complete: that event's, or before the first fold that of the log's first event.
    pub(super) async fn check(&self, log: &dyn EventLog) -> Result<OffsetDateTime, ReadError> {
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

    /// Reads again what is parked, after steps beside this worker's own. Another worker may have gone on meanwhile.
    pub(super) async fn renew(&mut self, worker: &ProjectionWorker) -> Result<(), WorkerError> {
        let now = Self::resume(worker).await?;
        if now.position() != self.position() {
            return Err(WriteError::Fenced.into());
        }
        *self = now;
        Ok(())
    }

    /// Whether events can be folded without a look at any single one of them.
    pub(super) fn is_clear_for(&self, events: &[RecordedEvent]) -> bool {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return true };
        self.parked.is_empty() && self.dropped.has_none_in(first.position, last.position)
    }

    pub(super) fn classify(&self, fold: &dyn Fold, recorded: &RecordedEvent) -> Classified {
        self.dropped.by(recorded.position).map_or_else(|| classify(fold, recorded), Classified::Dropped)
    }
}

fn event_id(recorded: &RecordedEvent) -> Option<Uuid> {
    recorded.envelope.as_ref().map(|envelope| envelope.event.0)
}
