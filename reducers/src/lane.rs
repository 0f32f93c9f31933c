//! One version of a projection on one shard: read on from the checkpoint, fold, write rows and checkpoint together, for ever.
//!
//! - **What wakes it:** events. The broker pushes them into a bounded queue; while a batch is written the next one
//!   gathers there, so batches grow with the load and a lone event is folded at once. In a replay the next batch is read
//!   and folded while Postgres is busy with this one.
//! - **After a crash:** the checkpoint in Postgres says where to go on; the broker remembers nothing about the lane.
//! - **Two by accident:** the checkpoint is the fence. The slower worker's batch changes nothing; it stands by until the
//!   checkpoint stops moving, then takes part again. No lease is needed, and none can be held by the dead.
//! - **On any error:** back to the checkpoint, after a pause. There is no other way of recovery. Only where the lane was
//!   told to stop at a bad event does it end.

mod give_up;
mod pieces;
mod place;

use std::sync::Arc;
use std::time::Duration;

use data_set::Pool;
use data_set::write::{self, Reason, WriteError, crash_point};
use domain::Position;
use event_store::{EventLog, ReadError, RecordedEvent, Tail};
use fail_points::planted;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(crate) use self::pieces::{fold_whole, write_all};
pub(crate) use self::place::Place;
use crate::fold::{Changes, Fold};
use crate::heartbeat;
use crate::order::{self, Gap};
use crate::quarantine::describe;
use crate::release::ReleaseError;
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
    #[error("the log has no event at position {0}, which is parked")]
    Missing(i64),
    #[error(transparent)]
    Bad(#[from] BadEvent),
}

impl From<ReleaseError> for LaneError {
    fn from(error: ReleaseError) -> Self {
        match error {
            ReleaseError::Log(error) => Self::Log(error),
            ReleaseError::Write(error) => Self::Write(error),
            ReleaseError::Missing(position) => Self::Missing(position),
        }
    }
}

/// An event that cannot be folded, in a lane that was told to stop there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event at position {position} cannot be folded ({reason}): {detail}")]
pub struct BadEvent {
    pub position: Position,
    /// What it would be parked for.
    pub reason: Reason,
    pub detail: String,
}

impl BadEvent {
    fn of(position: Position, parked: &write::ParkedEvent) -> Self {
        Self { position, reason: parked.reason, detail: parked.detail.clone() }
    }
}

/// What a lane does about an event that cannot be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnBad {
    /// Park it and go on: readers wait for the rest.
    #[default]
    Park,
    /// End, with nothing of it or behind it folded: nobody reads these rows yet.
    Stop,
}

impl LaneError {
    /// Whether the log is not the one that the rows were folded from. No retry helps; an operator has to act.
    fn is_refusal(&self) -> bool {
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

/// What a lane works with.
#[derive(Debug, Clone)]
pub struct Lane {
    pub log: Arc<dyn EventLog>,
    pub pool: Pool,
    pub fold: Arc<dyn Fold>,
    /// Which version of the projection's tables the pool's statements mean.
    pub version: i32,
    pub status: Status,
    pub on_bad: OnBad,
}

impl Lane {
    pub(crate) fn checkpoint(&self) -> write::ProjectionKey {
        write::ProjectionKey {
            projection: self.fold.name(),
            version: self.version,
            shard: self.log.shard().0,
            lineage: self.log.lineage().to_string(),
        }
    }
}

/// Runs until the token is cancelled; the batch under way is finished first. Fails only where it is to stop at a bad
/// event.
pub async fn run_lane(lane: Lane, token: CancellationToken) -> Result<(), BadEvent> {
    let checkpoint = lane.checkpoint();
    let mut patience = Patience::default();
    let lane = patience.lend(&lane);
    let beating = token.child_token();
    let beats = tokio::spawn(heartbeat::run(
        Arc::clone(&lane.log),
        lane.pool.clone(),
        checkpoint.clone(),
        lane.status.clone(),
        beating.clone(),
    ));
    let mut pause = PAUSE_MIN;
    let mut ended = Ok(());
    while !token.is_cancelled() {
        let began = Instant::now();
        match follow(&lane, &checkpoint, &mut patience, &token).await {
            Ok(()) => break,
            Err(LaneError::Bad(bad)) => {
                lane.status.failed(bad.to_string());
                ended = Err(bad);
                break;
            }
            Err(LaneError::Write(WriteError::Fenced)) => {
                tracing::info!(
                    projection = lane.fold.name(),
                    "another worker or an operator moved this lane; standing by"
                );
                stand_by(&lane, &checkpoint, &token).await;
            }
            Err(error) => {
                let why = describe(&error);
                patience.learn(&error);
                if error.is_refusal() {
                    lane.status.refused(lane.fold.name(), &why);
                } else {
                    tracing::warn!(projection = lane.fold.name(), reason = why, "the lane starts over");
                    lane.status.failed(why);
                }
                pause = if began.elapsed() > PAUSE_MAX { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
                token.run_until_cancelled(tokio::time::sleep(pause)).await;
            }
        }
    }
    beating.cancel();
    // Only its panic could be returned.
    drop(beats.await);
    ended
}

/// How long the lane waits for an answer of the database.
///
/// A dead connection is given up soon. But a batch may really take long, as when somebody with very many messages leaves:
/// one that was given up is tried with twice the limit, until the server's own one comes first.
#[derive(Debug)]
struct Patience(Duration);

impl Patience {
    fn lend(&self, lane: &Lane) -> Lane {
        Lane { pool: lane.pool.with_statement_limit(self.0), ..lane.clone() }
    }

    fn learn(&mut self, error: &LaneError) {
        if matches!(error, LaneError::Write(error) if error.is_no_answer()) {
            self.0 = (self.0 * 2).min(write::PATIENCE_MAX);
        }
    }

    /// A batch was written.
    fn calm(&mut self, lane: &mut Lane) {
        if self.0 > write::PATIENCE_MIN {
            *self = Self::default();
            *lane = self.lend(lane);
        }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self(write::PATIENCE_MIN)
    }
}

/// A run of events, what it comes to, and the tail that it came from.
struct Arrived {
    tail: Tail,
    events: Vec<RecordedEvent>,
    /// `None` where the events must be looked at one by one.
    changes: Option<Box<dyn Changes>>,
}

/// At most one task, which waits for events and folds them. Dropped, it ends.
type Arrival = JoinSet<Result<Arrived, LaneError>>;

async fn follow(
    lane: &Lane,
    checkpoint: &write::ProjectionKey,
    patience: &mut Patience,
    token: &CancellationToken,
) -> Result<(), LaneError> {
    let mut lane = patience.lend(lane);
    let lane = &mut lane;
    let mut place = Place::resume(lane, checkpoint).await?;
    if planted("resume-from-head") && place.position() != Position::default() {
        place = place.skip_to(lane, checkpoint, lane.log.head().await?).await?;
    }
    let recorded_at = place.check(&*lane.log).await?;
    let at = place.position();
    let tail = lane.log.tail(at.sequence()).await?;
    lane.status.moved(Progress { position: at, recorded_at });
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
        let end = events.last().map_or(place.position(), |event| event.position);
        let began = Instant::now();
        // Ahead only while there is much to do: a run that is taken early is short, and a short one costs almost as much.
        let tail = if events.len() >= AHEAD_FROM {
            arrive(&mut arrival, lane, tail, end);
            None
        } else {
            Some(tail)
        };
        write_all(lane, checkpoint, &mut place, &events, changes).await?;
        patience.calm(lane);
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
        let changes = fold_whole(&*fold, &events);
        Ok(Arrived { tail, events, changes })
    });
}

pub(crate) async fn next(tail: &mut Tail, max: usize) -> Result<Vec<RecordedEvent>, LaneError> {
    match tail.next_batch(max).await {
        Some(events) => Ok(events?),
        None => Err(LaneError::TailEnded),
    }
}

/// Waits while somebody else moves the checkpoint.
async fn stand_by(lane: &Lane, checkpoint: &write::ProjectionKey, token: &CancellationToken) {
    let mut seen = None;
    loop {
        let now = write::resume(&lane.pool, checkpoint).await.ok();
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
    let labels = heartbeat::labels(&lane.checkpoint());
    metrics::counter!("reducer_events_folded_total", &labels).increment(events.len() as u64);
    metrics::histogram!("reducer_batch_events", &labels).record(events.len() as f64);
    metrics::histogram!("reducer_batch_duration_seconds", &labels).record(took);
}
