//! The next events of the log.

use domain::Position;
use event_store::{RecordedEvent, Tail};

use super::error::WorkerError;
use super::order::in_order;

/// Waits for events. They are in order and complete behind a position.
pub(super) async fn next_events(
    tail: &mut Tail,
    after: Position,
    max: usize,
) -> Result<Vec<RecordedEvent>, WorkerError> {
    let events = tail.next_batch(max).await.ok_or(WorkerError::TailEnded)??;
    Ok(in_order(after, events)?)
}
