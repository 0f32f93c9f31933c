//! Appends that wait for their answers.

use event_store::{AppendError, Appended};
use tokio::sync::oneshot;
use tokio::time::Instant;
use uuid::Uuid;

use crate::row::NewRow;

/// An append that waits for its answer.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) command: Uuid,
    pub(super) rows: Vec<NewRow>,
    pub(super) deadline: Instant,
    /// An earlier try may have been committed.
    pub(super) is_open: bool,
    pub(super) answer: oneshot::Sender<Result<Appended, AppendError>>,
}

impl Waiting {
    pub(super) fn answer(self, outcome: Result<Appended, AppendError>) {
        // A caller that gave up does not listen any more.
        drop(self.answer.send(outcome));
    }
}
