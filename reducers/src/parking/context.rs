//! What it takes to fold parked events.

use data_set::Pool;
use data_set::write;
use event_store::EventLog;

use crate::projections::Fold;

/// A log, a projection, and the version of its rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoldContext<'a> {
    pub(crate) log: &'a dyn EventLog,
    pub(crate) pool: &'a Pool,
    pub(crate) fold: &'a dyn Fold,
    pub(crate) key: &'a write::ProjectionKey,
}
