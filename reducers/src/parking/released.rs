//! What became of the parked events of a projection.

use data_set::write::WriteError;
use event_store::ReadError;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Released {
    /// Events that were chosen, with those that had been dropped before.
    pub chosen: u64,
    pub folded: u64,
    pub dropped: u64,
    /// Chosen events that are parked as before, and why.
    pub failed: Vec<(i64, String)>,
    /// Events that are parked or wait as before.
    pub left: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    #[error("the log")]
    Log(#[from] ReadError),
    #[error("the data set")]
    Write(#[from] WriteError),
    #[error("the log has no event at position {0}")]
    Missing(i64),
}
