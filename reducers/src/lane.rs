//! One projection on one shard: read on from the checkpoint, fold, write rows and checkpoint together, for ever.
//!
//! - **What wakes it:** events. The broker pushes them into a bounded queue; while a batch is written the next one
//!   gathers there, so batches grow with the load and a lone event is folded at once. In a replay the next batch is read
//!   and folded while Postgres is busy with this one.
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
use planted_bugs::planted;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::fold::{self, Changes, Fold};
use crate::heartbeat;
use crate::order::{self, Gap};
use crate::status::{Progress, Status};

/// From so many events in a run on, the next one is read and folded while this one is written.
const AHEAD_FROM: usize = 1_000;
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

/// A run of events, what it comes to, and the tail that it came from.
struct Arrived {
    tail: Tail,
    events: Vec<RecordedEvent>,
    changes: Box<dyn Changes>,
}

/// At most one task, which waits for events and folds them. Dropped, it ends.
type Arrival = JoinSet<Result<Arrived, LaneError>>;

async fn follow(lane: &Lane, checkpoint: &write::Lane, token: &CancellationToken) -> Result<(), LaneError> {
    let mut at = resume(lane, checkpoint).await?;
    if planted("resume-from-head") && at != Position::ZERO {
        let head = Position::new(lane.log.head().await?, at.shard());
        write::park(&lane.pool, checkpoint, at.get(), head.get(), &[]).await?;
        at = head;
    }
    let tail = lane.log.tail(at.sequence()).await?;
    lane.status.moved(Progress { position: at, recorded_at: None });
    let mut arrival = Arrival::new();
    arrive(&mut arrival, lane, tail, at);
    loop {
        let Some(arrived) = token.run_until_cancelled(arrival.join_next()).await else { return Ok(()) };
        // The set holds a task whenever it is asked; one that panicked has no tail to go on with.
        let Some(Ok(arrived)) = arrived else { return Err(LaneError::TailEnded) };
        let Arrived { tail, events, changes } = arrived?;
        if planted("undecodable-stops") && events.iter().any(|event| event_store::decode(event).is_err()) {
            return Err(LaneError::TailEnded);
        }
        crash_point("after-receive");
        let end = events.last().map_or(at, |event| event.position);
        let began = Instant::now();
        // Ahead only while there is much to do: a run that is taken early is short, and a short one costs almost as much.
        let tail = if events.len() >= AHEAD_FROM {
            arrive(&mut arrival, lane, tail, end);
            None
        } else {
            Some(tail)
        };
        write_all(lane, checkpoint, &mut at, &events, changes).await?;
        record(lane, &events, began.elapsed());
        if let Some(tail) = tail {
            arrive(&mut arrival, lane, tail, end);
        }
    }
}

/// Waits for the events after a position and folds them, beside what the lane is writing.
fn arrive(arrival: &mut Arrival, lane: &Lane, mut tail: Tail, at: Position) {
    let fold = Arc::clone(&lane.fold);
    arrival.spawn(async move {
        let events = order::in_order(at, next(&mut tail, fold.batch_max()).await?)?;
        let changes = fold.fold(&events);
        Ok(Arrived { tail, events, changes })
    });
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
    changes: Box<dyn Changes>,
) -> Result<(), LaneError> {
    let mut waiting = vec![(events, Some(changes))];
    while let Some((run, changes)) = waiting.pop() {
        let Some(last) = run.last() else { continue };
        let changes = changes.unwrap_or_else(|| lane.fold.fold(run));
        let mut written = changes.commit(&lane.pool, checkpoint, *at, last.position).await;
        if let Err(WriteError::Refused(error)) = &written {
            if run.len() > 1 {
                let (first, second) = run.split_at(run.len() / 2);
                waiting.extend([(second, None), (first, None)]);
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
