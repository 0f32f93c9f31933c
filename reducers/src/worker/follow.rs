//! The loop of a worker that runs for ever.

use std::sync::Arc;
use std::time::Duration;

use data_set::write::{self, WriteError};
use domain::Position;
use event_store::{RecordedEvent, Tail};
use fail_points::{crash_point, planted};
use service_kit::Chain;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::chunks::{fold_whole, write_batch};
use super::cursor::Cursor;
use super::error::{BadEvent, WorkerError};
use super::heartbeat;
use super::next_events::next_events;
use super::patience::Patience;
use super::projection_worker::ProjectionWorker;
use super::status::Progress;
use crate::projections::Changes;

/// Once a batch has so many events, the next one is read and folded while it is written.
const AHEAD_FROM: usize = 1_000;
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// Between two looks at a checkpoint that another worker moves.
const STANDBY_PERIOD: Duration = Duration::from_secs(1);

/// Runs until the token is cancelled; the batch under way is finished first. Fails only where it is to stop at a bad
/// event.
pub async fn run_worker(worker: ProjectionWorker, token: CancellationToken) -> Result<(), BadEvent> {
    let mut patience = Patience::default();
    let worker = patience.lend(&worker);
    let beating = token.child_token();
    let beats = tokio::spawn(heartbeat::run(worker.clone(), beating.clone()));
    let ended = keep_following(&worker, &mut patience, &token).await;
    beating.cancel();
    // Only its panic could be returned.
    drop(beats.await);
    ended
}

async fn keep_following(
    worker: &ProjectionWorker,
    patience: &mut Patience,
    token: &CancellationToken,
) -> Result<(), BadEvent> {
    let projection = worker.fold.name();
    let mut pause = PAUSE_MIN;
    while !token.is_cancelled() {
        let began = Instant::now();
        match follow(worker, patience, token).await {
            Ok(()) => break,
            Err(WorkerError::Bad(bad)) => {
                worker.status.failed(bad.to_string());
                return Err(bad);
            }
            Err(WorkerError::Write(WriteError::Fenced)) => {
                tracing::info!(projection, "another worker or an operator moved the checkpoint; standing by");
                stand_by(worker, token).await;
            }
            Err(error) => {
                let why = Chain(&error).to_string();
                patience.learn(&error);
                if error.is_refusal() {
                    worker.status.refused(projection, &why);
                } else {
                    tracing::warn!(projection, reason = why, "the worker starts over from its checkpoint");
                    worker.status.failed(why);
                }
                pause = if began.elapsed() > PAUSE_MAX { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
                token.run_until_cancelled(tokio::time::sleep(pause)).await;
            }
        }
    }
    Ok(())
}

/// A batch, how it changes the rows, and the tail that it came from.
struct Arrived {
    tail: Tail,
    events: Vec<RecordedEvent>,
    /// `None` where the events must be looked at one by one.
    changes: Option<Box<dyn Changes>>,
}

/// At most one task, which waits for events and folds them. Dropped, it ends.
type Arrival = JoinSet<Result<Arrived, WorkerError>>;

async fn follow(
    worker: &ProjectionWorker,
    patience: &mut Patience,
    token: &CancellationToken,
) -> Result<(), WorkerError> {
    let mut worker = patience.lend(worker);
    let worker = &mut worker;
    let mut cursor = Cursor::resume(worker).await?;
    let recorded_at = cursor.check(&*worker.log).await?;
    let at = if planted("resume-from-head") {
        Position::new(worker.log.head().await?, worker.log.shard())
    } else {
        cursor.position()
    };
    let tail = worker.log.tail(at.sequence()).await?;
    worker.status.moved(Progress { position: at, recorded_at });
    let mut arrival = Arrival::new();
    arrive(&mut arrival, worker, tail, at);
    loop {
        let Some(arrived) = token.run_until_cancelled(arrival.join_next()).await else { return Ok(()) };
        // The set always holds a task when it is asked; one that panicked has no tail to go on with.
        let Some(Ok(arrived)) = arrived else { return Err(WorkerError::TailEnded) };
        let Arrived { tail, events, changes } = arrived?;
        crash_point("after-receive");
        let end = events.last().map_or(cursor.position(), |event| event.position);
        let began = Instant::now();
        // Ahead only while there is much to do: a batch that is taken early is short, and a short one costs almost as
        // much.
        let tail = if events.len() >= AHEAD_FROM {
            arrive(&mut arrival, worker, tail, end);
            None
        } else {
            Some(tail)
        };
        write_batch(worker, &mut cursor, &events, changes).await?;
        patience.calm(worker);
        record(&cursor.key, &events, began.elapsed());
        if let Some(tail) = tail {
            arrive(&mut arrival, worker, tail, end);
        }
    }
}

/// Waits for the events behind a position and folds them, while the worker is writing.
fn arrive(arrival: &mut Arrival, worker: &ProjectionWorker, mut tail: Tail, at: Position) {
    let fold = Arc::clone(&worker.fold);
    arrival.spawn(async move {
        let events = next_events(&mut tail, at, fold.batch_max()).await?;
        let changes = fold_whole(&*fold, &events);
        Ok(Arrived { tail, events, changes })
    });
}

/// Waits while another process moves the checkpoint.
async fn stand_by(worker: &ProjectionWorker, token: &CancellationToken) {
    let (key, mut last) = (worker.key(), None);
    loop {
        let now = write::resume(&worker.pool, &key).await.ok();
        if now.is_none() || now == last {
            return;
        }
        last = now;
        if token.run_until_cancelled(tokio::time::sleep(STANDBY_PERIOD)).await.is_none() {
            return;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a histogram takes floats, and a batch is small")]
fn record(key: &write::ProjectionKey, events: &[RecordedEvent], took: Duration) {
    let labels = heartbeat::labels(key);
    metrics::counter!("reducer_events_folded_total", &labels).increment(events.len() as u64);
    metrics::histogram!("reducer_batch_events", &labels).record(events.len() as f64);
    metrics::histogram!("reducer_batch_duration_seconds", &labels).record(took);
}
