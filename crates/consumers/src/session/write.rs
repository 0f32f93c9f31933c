//! Where the durable stands, written down.

use std::time::Duration;

use event_store::BucketError;
use fail_points::planted;
use tokio::time::Instant;
use uuid::Uuid;

use super::{BEATS, BEATS_MISSED_MAX, End, Session};
use crate::durable::Durable;

/// Between two tries to write.
const WRITE_PAUSE: Duration = Duration::from_millis(200);

impl Session<'_> {
    /// Writes down where the durable stands, as often as it takes within the deadline.
    pub(super) async fn write(&mut self) -> Result<(), End> {
        let mut is_told = false;
        loop {
            let now = Instant::now();
            match tokio::time::timeout_at(self.deadline, self.write_once(self.claim)).await {
                Ok(Ok(Some(written))) if written.turn != self.turn => {
                    return Err(End::Replayed(Box::new(written), now));
                }
                Ok(Ok(Some(written))) => {
                    self.parked.clear();
                    self.failed_again.clear();
                    self.released.clear();
                    self.is_changed = false;
                    self.was_written(written, now);
                    return Ok(());
                }
                Ok(Ok(None)) | Err(_) => return Err(End::Lost),
                Ok(Err(_)) if is_told => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the durable was not written; it is tried on");
                    is_told = true;
                }
            }
            tokio::time::sleep(WRITE_PAUSE).await;
        }
    }

    /// `claim`: whose it is from then on.
    pub(super) async fn write_once(&self, claim: Uuid) -> Result<Option<Durable>, BucketError> {
        let open = if planted("open-forgotten") { Vec::new() } else { self.queues.open() };
        let failing = self.queues.failing();
        let update = |durable: &mut Durable| {
            durable.claim = claim;
            if durable.turn != self.turn {
                return;
            }
            durable.position = self.through;
            durable.open.clone_from(&open);
            durable.failing.clone_from(&failing);
            durable.parked.retain(|parked| !self.released.contains(&parked.position));
            // One that was dropped meanwhile is not there.
            for known in &mut durable.parked {
                let again = self.failed_again.iter().find(|again| again.position == known.position);
                again.into_iter().for_each(|again| known.clone_from(again));
            }
            // Twice where the answer to a write was lost.
            durable
                .parked
                .retain(|known| !self.parked.iter().any(|parked| parked.position == known.position));
            durable.parked.extend(self.parked.iter().cloned());
        };
        self.consumer.durables.update(&self.consumer.settings.durable, self.claim, update).await
    }

    /// The entry says so now; `began`: before that.
    pub(super) fn was_written(&mut self, written: Durable, began: Instant) {
        let period = self.consumer.settings.lease / BEATS;
        (self.written_at, self.deadline) = (Instant::now(), began + period * BEATS_MISSED_MAX);
        self.parked_before = written.parked.len();
        let retried = written.parked.iter().filter(|parked| parked.is_retried);
        self.queues.retry(&retried.map(|parked| parked.position).collect::<Vec<i64>>());
        self.consumer.progress.send_replace(Some(written));
    }
}
