//! Why a worker cannot go on.

use data_set::write::{ParkedEvent, Reason, WriteError};
use domain::Position;
use event_store::ReadError;

use super::order::Gap;
use crate::parking::ReleaseError;

#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    #[error("the log")]
    Log(#[from] ReadError),
    #[error("the data set")]
    Write(#[from] WriteError),
    #[error("the events are out of step")]
    Gap(#[from] Gap),
    #[error("the log's tail ended")]
    TailEnded,
    #[error("the log has no event at position {0}, which is parked")]
    Missing(i64),
    #[error(transparent)]
    Bad(#[from] BadEvent),
}

impl WorkerError {
    /// Whether the log is not the one that the rows were folded from. No retry helps; an operator has to act.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Log(
                ReadError::OtherLineage { .. }
                    | ReadError::BehindCheckpoint { .. }
                    | ReadError::OtherEvent(_)
            ) | Self::Write(WriteError::OtherLineage { .. })
        )
    }
}

impl From<ReleaseError> for WorkerError {
    fn from(error: ReleaseError) -> Self {
        match error {
            ReleaseError::Log(error) => Self::Log(error),
            ReleaseError::Write(error) => Self::Write(error),
            ReleaseError::Missing(position) => Self::Missing(position),
        }
    }
}

/// An event that cannot be folded, for a worker that was told to stop there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event at position {position} cannot be folded ({reason}): {detail}")]
pub struct BadEvent {
    pub position: Position,
    /// What it would be parked for.
    pub reason: Reason,
    pub detail: String,
}

impl BadEvent {
    pub(super) fn of(position: Position, parked: &ParkedEvent) -> Self {
        Self { position, reason: parked.reason, detail: parked.detail.clone() }
    }
}
