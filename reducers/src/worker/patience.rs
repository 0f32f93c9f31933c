//! How long a worker waits for an answer of the database.

use std::time::Duration;

use data_set::write::{PATIENCE_MAX, PATIENCE_MIN};

use super::error::WorkerError;
use super::projection_worker::ProjectionWorker;

/// A dead connection is given up soon. But a batch may really take long, for example when an account with very many
/// messages is deactivated: a batch that was given up is tried with twice the limit, until the server's own limit comes
/// first.
#[derive(Debug)]
pub(super) struct Patience(Duration);

impl Patience {
    pub(super) fn lend(&self, worker: &ProjectionWorker) -> ProjectionWorker {
        ProjectionWorker { pool: worker.pool.with_statement_limit(self.0), ..worker.clone() }
    }

    pub(super) fn learn(&mut self, error: &WorkerError) {
        if matches!(error, WorkerError::Write(error) if error.is_no_answer()) {
            self.0 = (self.0 * 2).min(PATIENCE_MAX);
        }
    }

    /// A batch was written.
    pub(super) fn calm(&mut self, worker: &mut ProjectionWorker) {
        if self.0 > PATIENCE_MIN {
            *self = Self::default();
            *worker = self.lend(worker);
        }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self(PATIENCE_MIN)
    }
}
