//! Follows the data for all streams together, as long as there are any.

use std::sync::Arc;
use std::time::Duration;

use data_set::read::{self, ChangeKey, ReadError};
use service_kit::Chain;
use tokio::time::{Instant, sleep};

use super::dispatch::{dispatch, pass_over};
use super::event;
use super::hub::{Hub, Item};

/// Between two looks. What happens in between is handed on together: each write to a thousand connections costs more than
/// a look.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// A database that does not answer is not asked more often for it.
const POLL_INTERVAL_AFTER_FAILURE: Duration = Duration::from_millis(500);
/// Of changes that are read at once. What fails is tried by halves.
const BATCH_MAX: u16 = 500;
/// So often one change is tried by itself.
const TRIES_ALONE_MAX: u32 = 3;
/// Between two signs of life of one stream. Proxies and this service end what is silent for a minute.
const HEARTBEAT_SECONDS: u64 = 15;
const HEARTBEAT_PERIOD: Duration = Duration::from_secs(1);

/// How much is tried next.
struct Pace {
    batch: u16,
    failed_alone: u32,
}

/// Until the last has left.
pub(super) async fn follow(hub: Arc<Hub>) {
    let mut pace = Pace { batch: BATCH_MAX, failed_alone: 0 };
    let (mut beaten_at, mut beats, mut is_reachable) = (Instant::now(), 0_u64, true);
    loop {
        let Some(frontier) = hub.told().go_on() else { return };
        let pause = match step(&hub, frontier, &mut pace).await {
            Ok(()) => {
                is_reachable = true;
                POLL_INTERVAL
            }
            Err(error) => {
                if std::mem::replace(&mut is_reachable, false) {
                    tracing::warn!(error = %Chain(&error), "streams stand still: the data set is not to be read");
                }
                POLL_INTERVAL_AFTER_FAILURE
            }
        };
        if beaten_at.elapsed() >= HEARTBEAT_PERIOD {
            beaten_at = Instant::now();
            beats += 1;
            beat(&hub, beats % HEARTBEAT_SECONDS);
        }
        sleep(pause).await;
    }
}

async fn step(hub: &Hub, mut frontier: ChangeKey, pace: &mut Pace) -> Result<(), ReadError> {
    // Mostly nothing happened, and this is the cheapest way to see it.
    let position = read::changes_position(&hub.pool).await?;
    if ChangeKey::behind(position) <= frontier {
        return Ok(());
    }
    loop {
        let changes = match read::list_changes(&hub.pool, frontier, i64::MAX, pace.batch).await {
            Err(error) if pace.halve(&error, usize::from(pace.batch)) => return Ok(()),
            changes => changes?,
        };
        match dispatch(hub, frontier, &changes).await {
            Ok(()) => pace.succeeded(),
            Err(error) if pace.halve(&error, changes.rows.len()) => return Ok(()),
            Err(error) if !pace.gives_up(&error) => return Err(error),
            Err(error) => {
                let position = changes.end.position;
                tracing::warn!(error = %Chain(&error), position, "a change cannot be read for all streams together");
                metrics::counter!("query_stream_changes_passed_over_total").increment(1);
                pass_over(hub, frontier, &changes);
                pace.succeeded();
            }
        }
        frontier = changes.end;
        if changes.is_complete {
            return Ok(());
        }
    }
}

impl Pace {
    fn succeeded(&mut self) {
        *self = Self { batch: self.batch.saturating_mul(2).min(BATCH_MAX), failed_alone: 0 };
    }

    /// Whether half of so many changes is tried next: another question, which needs no rest. Signs of life come in between.
    fn halve(&mut self, error: &ReadError, changes: usize) -> bool {
        let halves = depends_on_what_is_read(error) && changes > 1;
        if halves {
            // No more than BATCH_MAX were read.
            self.batch = u16::try_from(changes / 2).unwrap_or(BATCH_MAX);
        }
        halves
    }

    /// Whether one change by itself has failed often enough.
    fn gives_up(&mut self, error: &ReadError) -> bool {
        self.failed_alone += u32::from(depends_on_what_is_read(error));
        self.failed_alone >= TRIES_ALONE_MAX
    }
}

/// Whether it may be for what happened, and not for the state of the data set.
fn depends_on_what_is_read(error: &ReadError) -> bool {
    matches!(error, ReadError::TooSlow(_) | ReadError::Failed(_))
}

/// Not to all at the same moment.
fn beat(hub: &Hub, turn: u64) {
    let mut told = hub.told();
    let Some(reached) = told.frontier() else { return };
    let content = event::heartbeat(reached);
    let ids: Vec<u64> = told.ids().filter(|id| id % HEARTBEAT_SECONDS == turn).collect();
    for id in ids {
        told.tell(id, Item { before: reached, end: reached, content: Some(content.clone()) });
    }
}
