//! What every projection has in common: a name, and a fold of events into rows.

use std::fmt;

use async_trait::async_trait;
use data_set::write::{Step, WriteError};
use domain::{Event, Position};
use time::OffsetDateTime;

mod conflict_keys;
pub mod feeds;
pub mod social;

pub use self::conflict_keys::Claims;

/// A projection, as its lane sees it.
#[async_trait]
pub trait Fold: fmt::Debug + Send + Sync {
    /// Its name in checkpoints, metrics and the API.
    fn name(&self) -> &'static str;

    /// Events in one batch at most: what bounds the memory, and the work that a crash repeats.
    fn batch_max(&self) -> usize;

    /// What events come to. Pure: no rows are looked at, so it needs no database and can be done ahead.
    fn fold(&self, events: Vec<KnownEvent>) -> Box<dyn Changes>;

    /// What an event decides and depends on, as far as the event says so. None for one that changes no rows here.
    fn claims(&self, event: &KnownEvent) -> Claims;

    /// Adds what only the rows say.
    async fn complete(&self, step: &mut Step, claims: &mut [Claims]) -> Result<(), WriteError>;
}

/// What the events of one batch come to. The rows must not depend on how the log is cut into batches.
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
