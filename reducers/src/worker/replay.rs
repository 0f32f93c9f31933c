//! The log up to a position, at full speed and strictly: what builds a version that nobody is shown yet.
//!
//! Other than a lane it parks nothing. An event that cannot be folded ends it, with everything before that event written:
//! whoever builds a version wants to know, and has the time to mend it. It can be ended at any moment; the next one goes on
//! from the checkpoint.

use std::sync::Arc;

use data_set::write::{self, WriteError};
use domain::Position;
use event_store::{RecordedEvent, Tail};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::chunks::{fold_whole, write_all};
use super::cursor::Place;
use super::heartbeat;
use super::order;
use super::status::Progress;
use super::{BadEvent, Lane, LaneError, OnBad, follow};
use crate::Fold;
use crate::projections::Changes;

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
    Lane(LaneError),
}

impl<E: Into<LaneError>> From<E> for ReplayError {
    fn from(error: E) -> Self {
        match error.into() {
            LaneError::Write(WriteError::Fenced) => Self::Fenced,
            LaneError::Bad(bad) => Self::BadEvent(bad),
            error => Self::Lane(error),
        }
    }
}

/// Folds all events up to a position, and none behind it. `moved` is told of every batch that is written. The position at
/// the end is greater where somebody had folded further already.
///
/// # Errors
/// At the first event that cannot be folded, and when the log or the database is gone.
pub async fn replay(
    lane: &Lane,
    to: Position,
    mut moved: impl FnMut(Position),
) -> Result<Position, ReplayError> {
    let lane = Lane { on_bad: OnBad::Stop, ..lane.clone() };
    let mut place = Place::resume(&lane, &lane.checkpoint()).await?;
    let recorded_at = place.check(&*lane.log).await?;
    moved(place.position());
    if place.position() >= to {
        return Ok(place.position());
    }
    let tail = lane.log.tail(place.position().sequence()).await?;
    lane.status.moved(Progress { position: place.position(), recorded_at });
    let stop = CancellationToken::new();
    let beats = heartbeat::run(
        Arc::clone(&lane.log),
        lane.pool.with_statement_limit(write::PATIENCE_MIN),
        lane.checkpoint(),
        lane.status.clone(),
        stop.clone(),
    );
    let beats = tokio::spawn(beats);
    let outcome = fold_to(&lane, &mut place, tail, to, &mut moved).await;
    stop.cancel();
    // Only a panic could be returned. A heartbeat under way ends first: whoever follows must not see it as another's.
    drop(beats.await);
    outcome.map(|()| place.position())
}

struct Batch {
    events: Vec<RecordedEvent>,
    changes: Option<Box<dyn Changes>>,
}

async fn fold_to(
    lane: &Lane,
    place: &mut Place,
    tail: Tail,
    to: Position,
    moved: &mut impl FnMut(Position),
) -> Result<(), ReplayError> {
    let key = lane.checkpoint();
    let (sender, mut batches) = mpsc::channel(AHEAD);
    // It ends when nobody listens any more.
    tokio::spawn(read(tail, Arc::clone(&lane.fold), place.position(), to, sender));
    while let Some(batch) = batches.recv().await {
        let Batch { events, changes } = batch?;
        write_all(lane, &key, place, &events, changes).await?;
        write::crash_point("replay-after-batch");
        moved(place.position());
    }
    Ok(())
}

/// Reads and folds ahead, to the position or to the first error.
async fn read(
    mut tail: Tail,
    fold: Arc<dyn Fold>,
    mut at: Position,
    to: Position,
    batches: mpsc::Sender<Result<Batch, LaneError>>,
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
) -> Result<Batch, LaneError> {
    let mut events = order::in_order(at, follow::next(tail, fold.batch_max()).await?)?;
    events.retain(|event| event.position <= to);
    let changes = fold_whole(fold, &events);
    Ok(Batch { events, changes })
}
