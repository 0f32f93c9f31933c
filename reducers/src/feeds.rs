//! The projection `feeds`: home timelines. A lane of its own, because the cost of its fold grows with followers rather
//! than with events; it reads and writes nothing of other projections.

mod change;
mod runs;

use async_trait::async_trait;
use data_set::Pool;
use data_set::write::{self, FanOutLimit, FeedBatch, ParkedEvent, WriteError};
use domain::Position;
use event_store::RecordedEvent;

use self::runs::Runs;
use crate::fold::{Changes, Fold, decode};

const NAME: &str = "feeds";
const VERSION: i32 = 1;
/// An event may come to 10,000 rows: fewer of them than elsewhere, or a batch would take minutes.
const BATCH_MAX: usize = 500;

/// The fold, with the setting that its rows depend on: another limit needs a replay, or reaches an author only with the
/// next follow.
#[derive(Debug, Clone, Copy, Default)]
pub struct Feeds {
    pub limit: FanOutLimit,
}

struct FeedChanges {
    limit: FanOutLimit,
    batch: FeedBatch,
}

impl Fold for Feeds {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        VERSION
    }

    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    fn fold(&self, events: &[RecordedEvent]) -> Box<dyn Changes> {
        let (events, parked) = decode(NAME, events);
        let mut runs = Runs::default();
        for known in events {
            if let Some(change) = change::of(known.position, &known.event) {
                runs.push(change);
            }
        }
        Box::new(FeedChanges { limit: self.limit, batch: FeedBatch { runs: runs.finish(), parked } })
    }
}

#[async_trait]
impl Changes for FeedChanges {
    fn parked(&self) -> &[ParkedEvent] {
        &self.batch.parked
    }

    async fn commit(
        &self,
        pool: &Pool,
        lane: &write::Lane,
        from: Position,
        to: Position,
    ) -> Result<(), WriteError> {
        write::commit_feeds(pool, lane, from.get(), to.get(), self.limit, &self.batch).await
    }
}
