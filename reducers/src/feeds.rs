//! The projection `feeds`: home timelines. A lane of its own, because the cost of its fold grows with followers rather
//! than with events; it reads and writes nothing of other projections.

mod change;
mod runs;

use data_set::Pool;
use data_set::write::{self, FanOutLimit, FeedBatch, WriteError};
use domain::Position;
use event_store::{Decoded, RecordedEvent};

use self::runs::Runs;
use crate::fold::park;

/// Its name in checkpoints, metrics and the API.
pub const NAME: &str = "feeds";
/// Version of its tables, and of the meaning of their rows.
pub const VERSION: i32 = 1;

/// The fold, with the setting that its rows depend on: another limit needs a replay, or reaches an author only with the
/// next follow.
#[derive(Debug, Clone, Copy, Default)]
pub struct FeedsFold {
    pub limit: FanOutLimit,
}

impl FeedsFold {
    /// Writes what the events between two positions come to, and the checkpoint, in one transaction.
    pub async fn commit(
        &self,
        pool: &Pool,
        lane: &write::Lane,
        from: Position,
        to: Position,
        events: &[RecordedEvent],
    ) -> Result<(), WriteError> {
        write::commit_feeds(pool, lane, from.get(), to.get(), self.limit, &fold(events)).await
    }
}

/// Pure: events as runs of changes, and those that cannot be decoded.
fn fold(events: &[RecordedEvent]) -> FeedBatch {
    let mut runs = Runs::default();
    let mut parked = Vec::new();
    for recorded in events {
        match event_store::decode(recorded) {
            Ok(Decoded::Known(event)) => {
                if let Some(change) = change::of(recorded.position, &event) {
                    runs.push(change);
                }
            }
            Ok(Decoded::UnknownType(_)) => {}
            Err(error) => parked.push(park(NAME, recorded, "undecodable", &error)),
        }
    }
    FeedBatch { runs: runs.finish(), parked }
}
