//! What a projection worker works with.

use std::sync::Arc;

use data_set::Pool;
use data_set::write;
use event_store::EventLog;

use super::status::Status;
use crate::parking::FoldContext;
use crate::projections::Fold;

/// What a worker does about an event that cannot be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnBad {
    /// Park it and go on: readers wait for the rest.
    #[default]
    Park,
    /// End, with nothing of it or behind it folded: nobody reads these rows yet.
    Stop,
}

#[derive(Debug, Clone)]
pub struct ProjectionWorker {
    pub log: Arc<dyn EventLog>,
    pub pool: Pool,
    pub fold: Arc<dyn Fold>,
    /// Which version of the projection's tables the pool's statements mean.
    pub version: i32,
    pub status: Status,
    pub on_bad: OnBad,
}

impl ProjectionWorker {
    /// Under which its checkpoint and its parked events are stored.
    pub(super) fn key(&self) -> write::ProjectionKey {
        write::ProjectionKey {
            projection: self.fold.name(),
            version: self.version,
            shard: self.log.shard().0,
            lineage: self.log.lineage().to_string(),
        }
    }

    pub(super) fn context<'a>(&'a self, key: &'a write::ProjectionKey) -> FoldContext<'a> {
        FoldContext { log: &*self.log, pool: &self.pool, fold: &*self.fold, key }
    }
}
