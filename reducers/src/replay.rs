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

use crate::fold::Changes;
use crate::lane::{self, Lane, LaneError, resume};
use crate::order;
use crate::status::Progress;
use crate::{Fold, heartbeat};

/// Batches that are read and folded while another one is written.
const AHEAD: usize = 1;

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("the event at position {position} ({event_type}) cannot be folded: {why}")]
    BadEvent { position: i64, event_type: String, why: String },
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
    let mut at = resume(lane, &lane.checkpoint()).await?;
    moved(at);
    if at >= to {
        return Ok(at);
    }
    let tail = lane.log.tail(at.sequence()).await?;
    lane.status.moved(Progress { position: at, recorded_at: None });
    let (sender, mut batches) = mpsc::channel(AHEAD);
    let reading = tokio::spawn(read(tail, Arc::clone(&lane.fold), at, to, sender));
    let stop = CancellationToken::new();
    let beats = heartbeat::run(
        Arc::clone(&lane.log),
        lane.pool.clone(),
        lane.checkpoint(),
        lane.status.clone(),
        stop.clone(),
    );
    let beats = tokio::spawn(beats);
    let mut outcome = Ok(());
    while let Some(batch) = batches.recv().await {
        outcome = match batch {
            Ok(Batch { events, changes }) => write(lane, &mut at, &events, Some(changes), &mut moved).await,
            Err(error) => Err(error),
        };
        if outcome.is_err() {
            break;
        }
    }
    stop.cancel();
    reading.abort();
    // Only a panic could be returned. A heartbeat under way ends first: whoever follows must not see it as another's.
    drop(beats.await);
    outcome.map(|()| at)
}

struct Batch {
    events: Vec<RecordedEvent>,
    changes: Box<dyn Changes>,
}

/// Reads and folds ahead, to the position or to the first event that cannot be decoded.
async fn read(
    mut tail: Tail,
    fold: Arc<dyn Fold>,
    mut at: Position,
    to: Position,
    batches: mpsc::Sender<Result<Batch, ReplayError>>,
) {
    while at < to {
        let (batch, bad) = match read_batch(&mut tail, &*fold, at, to).await {
            Ok(read) => read,
            Err(error) => {
                // Nobody listens where the replay has ended.
                batches.send(Err(error)).await.ok();
                return;
            }
        };
        at = batch.events.last().map_or(at, |event| event.position);
        let is_last = bad.is_some();
        if batches.send(Ok(batch)).await.is_err() {
            return;
        }
        if let Some(bad) = bad {
            batches.send(Err(bad)).await.ok();
        }
        if is_last {
            return;
        }
    }
}

async fn read_batch(
    tail: &mut Tail,
    fold: &dyn Fold,
    at: Position,
    to: Position,
) -> Result<(Batch, Option<ReplayError>), ReplayError> {
    let mut events = order::in_order(at, lane::next(tail, fold.batch_max()).await?)?;
    events.retain(|event| event.position <= to);
    let bad = events.iter().enumerate().find_map(|(index, event)| {
        event_store::decode(event).err().map(|error| (index, bad_event(event, &error)))
    });
    let bad = bad.map(|(index, bad)| {
        events.truncate(index);
        bad
    });
    let changes = fold.fold(&events);
    Ok((Batch { events, changes }, bad))
}

/// Writes events in one batch, or, where the database refuses their values, all before the first that it refuses.
async fn write(
    lane: &Lane,
    at: &mut Position,
    events: &[RecordedEvent],
    changes: Option<Box<dyn Changes>>,
    moved: &mut impl FnMut(Position),
) -> Result<(), ReplayError> {
    let mut waiting = vec![(events, changes)];
    while let Some((run, changes)) = waiting.pop() {
        let Some(last) = run.last() else { continue };
        let changes = changes.unwrap_or_else(|| lane.fold.fold(run));
        match changes.commit(&lane.pool, &lane.checkpoint(), *at, last.position).await {
            Ok(()) => {
                write::crash_point("replay-after-batch");
                *at = last.position;
                lane.status.moved(Progress { position: *at, recorded_at: Some(last.recorded_at) });
                moved(*at);
            }
            Err(WriteError::Refused(_)) if run.len() > 1 => {
                let (first, second) = run.split_at(run.len() / 2);
                waiting.extend([(second, None), (first, None)]);
            }
            Err(WriteError::Refused(error)) => return Err(bad_event(last, &error)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn bad_event(event: &RecordedEvent, error: &dyn std::error::Error) -> ReplayError {
    ReplayError::BadEvent {
        position: event.position.get(),
        event_type: event.envelope.as_ref().map_or_else(String::new, |own| own.event_type.clone()),
        why: crate::fold::describe(error),
    }
}
