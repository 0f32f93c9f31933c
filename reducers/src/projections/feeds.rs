//! The projection `feeds`: home timelines. It has a worker of its own, because the cost of its fold grows with
//! followers rather than with events. It reads and writes nothing of other projections.

mod change;
mod conflicts;
mod fold;

use async_trait::async_trait;
use data_set::write::{FanOutLimit, FeedSegment, Step, WriteError};

use super::{Changes, ConflictKeys, Fold, KnownEvent};

const NAME: &str = "feeds";
/// An event may change 10,000 rows: fewer events than elsewhere, or a batch would take minutes.
const BATCH_MAX: usize = 500;

/// The fold, with the setting that its rows depend on: another limit needs a replay, or reaches an author only with the
/// next follow.
#[derive(Debug, Clone, Copy, Default)]
pub struct Feeds {
    pub limit: FanOutLimit,
}

struct FeedChanges {
    limit: FanOutLimit,
    segments: Vec<FeedSegment>,
}

#[async_trait]
impl Fold for Feeds {
    fn name(&self) -> &'static str {
        NAME
    }

    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    fn fold(&self, events: Vec<KnownEvent>) -> Box<dyn Changes> {
        let changes = events.iter().filter_map(|known| change::of(known.position, &known.event));
        Box::new(FeedChanges { limit: self.limit, segments: fold::fold(changes) })
    }

    fn conflict_keys(&self, event: &KnownEvent) -> ConflictKeys {
        conflicts::keys(event.position, change::of(event.position, &event.event))
    }

    async fn look_up(&self, step: &mut Step, keys: &mut [ConflictKeys]) -> Result<(), WriteError> {
        conflicts::look_up(step, keys).await
    }
}

#[async_trait]
impl Changes for FeedChanges {
    async fn write(&self, step: &mut Step) -> Result<(), WriteError> {
        step.write_feeds(&self.segments, self.limit).await
    }
}
