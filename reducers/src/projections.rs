//! What every projection has in common: a name, a fold of events into rows, and which events conflict.

mod conflict_keys;
pub mod feeds;
pub mod history;
mod key;
pub(crate) mod key_index;
mod segments;
pub mod social;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use data_set::write::{FanOutLimit, Step, WriteError};
use domain::{Event, Position};
use time::OffsetDateTime;

pub use self::conflict_keys::ConflictKeys;

/// A projection, as its worker sees it.
#[async_trait]
pub trait Fold: fmt::Debug + Send + Sync {
    /// Its name in checkpoints, metrics and the API.
    fn name(&self) -> &'static str;

    /// Events in one batch at most: what bounds the memory, and the work that a crash repeats.
    fn batch_max(&self) -> usize;

    /// How events change the rows. Pure: it looks at no rows, so it needs no database and can be done ahead.
    fn fold(&self, events: Vec<KnownEvent>) -> Box<dyn Changes>;

    /// The conflict keys of an event, as far as the event says so. None for one that changes no rows here.
    fn conflict_keys(&self, event: &KnownEvent) -> ConflictKeys;

    /// Adds the keys that only the rows say.
    async fn look_up(&self, step: &mut Step, keys: &mut [ConflictKeys]) -> Result<(), WriteError>;
}

/// How the events of one batch change the rows. The rows must not depend on how the log is cut into batches.
#[async_trait]
pub trait Changes: Send + Sync {
    async fn write(&self, step: &mut Step) -> Result<(), WriteError>;
}

/// An event that this version of the code knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEvent {
    pub position: Position,
    /// The log's time, for people.
    pub recorded_at: OffsetDateTime,
    pub event: Event,
}

/// All projections. Each has its own workers, checkpoints and pools: none ever waits for another one.
pub fn projections(fan_out_limit: FanOutLimit) -> [Arc<dyn Fold>; 3] {
    [Arc::new(social::Social), Arc::new(feeds::Feeds { limit: fan_out_limit }), Arc::new(history::History)]
}
