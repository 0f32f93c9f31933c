//! One projection on one shard: read on from the checkpoint, fold, write rows and checkpoint together, for ever.
//!
//! - **What wakes it:** events. The broker pushes them into a bounded queue; while a batch is written the next one
//!   gathers there, so batches grow with the load and a lone event is folded at once.
//! - **After a crash:** the checkpoint in Postgres says where to go on; the broker remembers nothing about the lane.
//! - **Two by accident:** the checkpoint is the fence. The slower worker's batch changes nothing; it stands by until the
//!   checkpoint stops moving, then takes part again. No lease is needed, and none can be held by the dead.
//! - **On any error:** back to the checkpoint, after a pause. There is no other way of recovery.

use std::sync::Arc;
use std::time::Duration;

use data_set::Pool;
use data_set::write::{self, WriteError, crash_point};
use domain::Position;
use event_store::{EventLog, ReadError, RecordedEvent, Tail};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::fold::{self, Fold};
use crate::heartbeat;
use crate::order::{self, Gap};
use crate::status::{Progress, Status};

const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// A checkpoint that another worker moves is looked at so often.
const STANDBY_PERIOD: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
pub enum LaneError {
    #[error("the log")]
    Log(#[from] ReadError),
    #[error("the data set")]
    Write(#[from] WriteError),
    #[error("the events are out of step")]
    Gap(#[from] Gap),
    #[error("the log's tail ended")]
    TailEnded,
}

/// What a lane works with.
#[derive(Debug, Clone)]
pub struct Lane {
    pub log: Arc<dyn EventLog>,
    pub pool: Pool,
    pub fold: Arc<dyn Fold>,
    pub status: Status,
}

/// Runs until the token is cancelled; the batch under way is finished first.
pub async fn run_lane(lane: Lane, token: CancellationToken) {
    let checkpoint = write::Lane {
        projection: lane.fold.name(),
        version: lane.fold.version(),
        shard: lane.log.shard().0,
        lineage: lane.log.lineage().to_string(),
    };
    let beats = tokio::spawn(heartbeat::run(
        Arc::clone(&lane.log),
        lane.pool.clone(),
        checkpoint.clone(),
        lane.status.clone(),
        token.clone(),
    ));
    let mut pause = PAUSE_MIN;
    while !token.is_cancelled() {
        let began = Instant::now();
        match follow(&lane, &checkpoint, &token).await {
            Ok(()) => break,
            Err(LaneError::Write(WriteError::Fenced)) => {
                tracing::info!(projection = lane.fold.name(), "another worker folds this lane; standing by");
                stand_by(&lane, &checkpoint, &token).await;
            }
            Err(error) => {
                let why = describe(&error);
                tracing::warn!(projection = lane.fold.name(), reason = why, "the lane starts over");
                lane.status.failed(why);
                pause = if began.elapsed() > PAUSE_MAX { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
                token.run_until_cancelled(tokio::time::sleep(pause)).await;
            }
        }
    }
    // The heartbeat ends with the same token; only its panic could be returned.
    drop(beats.await);
}

async fn follow(lane: &Lane, checkpoint: &write::Lane, token: &CancellationToken) -> Result<(), LaneError> {
    let mut at = resume(lane, checkpoint).await?;
    let mut tail = lane.log.tail(at.sequence()).await?;
    lane.status.moved(Progress { position: at, recorded_at: None });
    loop {
        let Some(received) = token.run_until_cancelled(next(&mut tail, lane.fold.batch_max())).await else {
            return Ok(());
        };
        let events = order::in_order(at, received?)?;
        crash_point("after-receive");
        let began = Instant::now();
        write_all(lane, checkpoint, &mut at, &events).await?;
        record(lane, &events, began.elapsed());
    }
}

async fn resume(lane: &Lane, checkpoint: &write::Lane) -> Result<Position, LaneError> {
    let at = write::resume(&lane.pool, checkpoint).await?;
    // The table forbids negative positions. A new lane's 0 belongs to shard 0; only its sequence matters.
    Ok(Position::from_i64(at).unwrap_or_default())
}

async fn next(tail: &mut Tail, max: usize) -> Result<Vec<RecordedEvent>, LaneError> {
    match tail.next_batch(max).await {
        Some(events) => Ok(events?),
        None => Err(LaneError::TailEnded),
    }
}

/// Writes events in one batch. Where the database refuses their values the batch is halved until the events that it
/// refuses stand alone; those are parked.
async fn write_all(
    lane: &Lane,
    checkpoint: &write::Lane,
    at: &mut Position,
    events: &[RecordedEvent],
) -> Result<(), LaneError> {
    let mut waiting = vec![events];
    while let Some(run) = waiting.pop() {
        let Some(last) = run.last() else { continue };
        let changes = lane.fold.fold(run);
        let mut written = changes.commit(&lane.pool, checkpoint, *at, last.position).await;
        if let Err(WriteError::Refused(error)) = &written {
            if run.len() > 1 {
                let (first, second) = run.split_at(run.len() / 2);
                waiting.extend([second, first]);
                continue;
            }
            let parked = fold::park(checkpoint.projection, last, "refused-by-database", error);
            written = write::park(&lane.pool, checkpoint, at.get(), last.position.get(), &[parked]).await;
        }
        written?;
        *at = last.position;
        lane.status.moved(Progress { position: *at, recorded_at: Some(last.recorded_at) });
    }
    Ok(())
}

/// Waits while somebody else moves the checkpoint.
async fn stand_by(lane: &Lane, checkpoint: &write::Lane, token: &CancellationToken) {
    let mut seen = None;
    loop {
        let now = resume(lane, checkpoint).await.ok();
        if now.is_none() || now == seen {
            return;
        }
        seen = now;
        if token.run_until_cancelled(tokio::time::sleep(STANDBY_PERIOD)).await.is_none() {
            return;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a histogram takes floats, and a batch is small")]
fn record(lane: &Lane, events: &[RecordedEvent], took: Duration) {
    metrics::counter!("reducer_events_folded_total", "projection" => lane.fold.name())
        .increment(events.len() as u64);
    metrics::histogram!("reducer_batch_events", "projection" => lane.fold.name()).record(events.len() as f64);
    metrics::histogram!("reducer_batch_duration_seconds", "projection" => lane.fold.name()).record(took);
}

fn describe(error: &LaneError) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
