//! Follows the data for all streams together, as long as there are any.

use std::sync::Arc;
use std::time::Duration;

use data_set::read::{self, ChangeKey, ReadError};
use service_kit::Chain;
use tokio::time::sleep;

use super::dispatch::{dispatch, pass_over};
use super::hub::Hub;

/// Between two looks. What happens in between is handed on together: each write to a thousand connections costs more than
/// a look.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// A database that does not answer is not asked more often for it.
const POLL_INTERVAL_AFTER_FAILURE: Duration = Duration::from_millis(500);
/// Of changes that are read at once. What fails is tried by halves.
const BATCH_MAX: u16 = 500;
/// So often one change is tried by itself.
const TRIES_ALONE_MAX: u32 = 3;

/// How much is tried next.
struct Pace {
    batch: u16,
    failed_alone: u32,
}

/// Until the last has left.
pub(super) async fn follow(hub: Arc<Hub>) {
    let mut pace = Pace { batch: BATCH_MAX, failed_alone: 0 };
    let mut is_reachable = true;
    while let Some(frontier) = hub.go_on() {
        let stepped = step(&hub, frontier, &mut pace).await;
        let was_reachable = std::mem::replace(&mut is_reachable, stepped.is_ok());
        match stepped {
            Ok(Step::HasMore) => {}
            Ok(Step::Done) => sleep(POLL_INTERVAL).await,
            Err(error) => {
                if was_reachable {
                    tracing::warn!(error = %Chain(&error), "streams stand still: the data set is not to be read");
                }
                sleep(POLL_INTERVAL_AFTER_FAILURE).await;
            }
        }
    }
}

enum Step {
    HasMore,
    Done,
}

/// Hands on one batch.
async fn step(hub: &Hub, frontier: ChangeKey, pace: &mut Pace) -> Result<Step, ReadError> {
    // Mostly nothing happened, and this is the cheapest way to see it.
    let position = read::changes_position(&hub.pool).await?;
    if ChangeKey::behind(position) <= frontier {
        return Ok(Step::Done);
    }
    let changes = match read::list_changes(&hub.pool, frontier, i64::MAX, pace.batch).await {
        Err(error) if pace.halve(&error, usize::from(pace.batch)) => return Ok(Step::HasMore),
        changes => changes?,
    };
    match dispatch(hub, frontier, &changes).await {
        Ok(()) => pace.succeeded(),
        Err(error) if pace.halve(&error, changes.rows.len()) => return Ok(Step::HasMore),
        Err(error) if !pace.gives_up(&error) => return Err(error),
        Err(error) => {
            let position = changes.end.position;
            tracing::warn!(error = %Chain(&error), position, "a change cannot be read for all streams together");
            metrics::counter!("query_stream_changes_passed_over_total").increment(1);
            pass_over(hub, frontier, &changes);
            pace.succeeded();
        }
    }
    Ok(if changes.is_complete { Step::Done } else { Step::HasMore })
}

impl Pace {
    fn succeeded(&mut self) {
        *self = Self { batch: self.batch.saturating_mul(2).min(BATCH_MAX), failed_alone: 0 };
    }

    /// Whether half of so many changes is tried next: another question, which needs no rest.
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
