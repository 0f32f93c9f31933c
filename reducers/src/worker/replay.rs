//! The log up to a position, at full speed and strictly: what builds a version that nobody is shown yet.
//!
//! Unlike a live worker it parks nothing. An event that cannot be folded ends it, with everything before that event
//! written: an operator who builds a version wants to know, and has the time to repair it. It can be ended at any
//! moment; the next one goes on from the checkpoint.

use std::sync::Arc;

use data_set::write::{self, WriteError};
use domain::Position;
use event_store::{RecordedEvent, Tail};
use fail_points::crash_point;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::chunks::{fold_whole, write_batch};
use super::cursor::Cursor;
use super::error::{BadEvent, WorkerError};
use super::heartbeat;
use super::next_events::next_events;
use super::projection_worker::{OnBad, ProjectionWorker};
use super::status::Progress;
use crate::projections::{Changes, Fold};

/// Batches that are read and folded while another one is written.
const AHEAD: usize = 1;

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    BadEvent(BadEvent),
    /// It is safe to go on: the checkpoint says from where.
    #[error("another worker folds this version")]
    Fenced,
    #[error(transparent)]
    Worker(WorkerError),
}

impl<E: Into<WorkerError>> From<E> for ReplayError {
    fn from(error: E) -> Self {
        match error.into() {
            WorkerError::Write(WriteError::Fenced) => Self::Fenced,
            WorkerError::Bad(bad) => Self::BadEvent(bad),
            error => Self::Worker(error),
        }
    }
}

/// Folds all events up to a position, and none behind it. `moved` is called after every batch that is written. The
/// position at the end is greater where another worker had folded further already.
///
/// # Errors
/// At the first event that cannot be folded, and when the log or the database is gone.
pub async fn replay(
    worker: &ProjectionWorker,
    to: Position,
    mut moved: impl FnMut(Position),
) -> Result<Position, ReplayError> {
    let worker = ProjectionWorker { on_bad: OnBad::Stop, ..worker.clone() };
    let mut cursor = Cursor::resume(&worker).await?;
    let recorded_at = cursor.check(&*worker.log).await?;
    moved(cursor.position());
    if cursor.position() >= to {
        return Ok(cursor.position());
    }
    let tail = worker.log.tail(cursor.position().sequence()).await?;
    worker.status.moved(Progress { position: cursor.position(), recorded_at });
    let stop = CancellationToken::new();
    let pool = worker.pool.with_statement_limit(write::PATIENCE_MIN);
    let beats = tokio::spawn(heartbeat::run(ProjectionWorker { pool, ..worker.clone() }, stop.clone()));
    let outcome = fold_to(&worker, &mut cursor, tail, to, &mut moved).await;
    stop.cancel();
    // Only a panic could be returned. A heartbeat under way ends first: the next worker must not take it for another
    // worker's.
    drop(beats.await);
    outcome.map(|()| cursor.position())
}

struct Batch {
    events: Vec<RecordedEvent>,
    changes: Option<Box<dyn Changes>>,
}

async fn fold_to(
    worker: &ProjectionWorker,
    cursor: &mut Cursor,
    tail: Tail,
    to: Position,
    moved: &mut impl FnMut(Position),
) -> Result<(), ReplayError> {
    let (sender, mut batches) = mpsc::channel(AHEAD);
    // It ends when nobody listens any more.
    tokio::spawn(read(tail, Arc::clone(&worker.fold), cursor.position(), to, sender));
    while let Some(batch) = batches.recv().await {
        let Batch { events, changes } = batch?;
        write_batch(worker, cursor, &events, changes).await?;
        crash_point("replay-after-batch");
        moved(cursor.position());
    }
    Ok(())
}

/// Reads and folds ahead, to the position or to the first error.
async fn read(
    mut tail: Tail,
    fold: Arc<dyn Fold>,
    mut at: Position,
    to: Position,
    batches: mpsc::Sender<Result<Batch, WorkerError>>,
) {
    while at < to {
        let batch = read_batch(&mut tail, &*fold, at, to).await;
        if let Ok(Batch { events, .. }) = &batch {
            at = events.last().map_or(at, |event| event.position);
        }
        let is_last = batch.is_err();
        if batches.send(batch).await.is_err() || is_last {
            return;
        }
    }
}

async fn read_batch(
    tail: &mut Tail,
    fold: &dyn Fold,
    at: Position,
    to: Position,
) -> Result<Batch, WorkerError> {
    let mut events = next_events(tail, at, fold.batch_max()).await?;
    events.retain(|event| event.position <= to);
    let changes = fold_whole(fold, &events);
    Ok(Batch { events, changes })
}
