//! The projection `history`: every follow, like and repost with its beginning and its end, every edit, every deletion,
//! and when each event was recorded. It has a worker of its own, because nobody who reads or writes a message has to wait
//! for it. It reads and writes nothing of other projections.

mod conflicts;
mod edges;
mod event_times;
mod fold;

use async_trait::async_trait;
use data_set::write::{HistoryBatch, Step, WriteError};

use super::{Changes, ConflictKeys, Fold, KnownEvent};

const NAME: &str = "history";
const BATCH_MAX: usize = 5_000;

#[derive(Debug, Clone, Copy)]
pub struct History;

struct HistoryChanges(HistoryBatch);

#[async_trait]
impl Fold for History {
    fn name(&self) -> &'static str {
        NAME
    }

    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    fn fold(&self, events: Vec<KnownEvent>) -> Box<dyn Changes> {
        Box::new(HistoryChanges(fold::fold(events)))
    }

    fn conflict_keys(&self, event: &KnownEvent) -> ConflictKeys {
        conflicts::keys(event)
    }

    async fn look_up(&self, step: &mut Step, keys: &mut [ConflictKeys]) -> Result<(), WriteError> {
        conflicts::look_up(step, keys).await
    }
}

#[async_trait]
impl Changes for HistoryChanges {
    async fn write(&self, step: &mut Step) -> Result<(), WriteError> {
        step.write_history(&self.0).await
    }
}
